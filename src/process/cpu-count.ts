// How many processors this process may use: its affinity mask, and the quota of its control group.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Usable processors, 1 at least; the counterpart of `os.process_cpu_count` and `multiprocessing.cpu_count`. */
export function cpuCount(): number {
  return Math.max(1, Math.min(availableParallelism(), cgroupQuota()));
}

/** Whole processors of the control group's quota; Infinity without one. */
function cgroupQuota(): number {
  return quotaV2() ?? quotaV1() ?? Number.POSITIVE_INFINITY;
}

function quotaV2(): number | undefined {
  const [quota, period] = read('/sys/fs/cgroup/cpu.max')?.trim().split(' ') ?? [];
  return quota === undefined || quota === 'max' ? undefined : Math.ceil(Number(quota) / Number(period));
}

function quotaV1(): number | undefined {
  const quota = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? -1);
  const period = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? 0);
  return quota > 0 && period > 0 ? Math.ceil(quota / period) : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
