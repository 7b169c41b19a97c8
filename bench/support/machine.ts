// What the machine is and what it is doing: figures mean little without it.

import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  /** Processes that wanted a core, on average over the last minute. */
  readonly load: number;
  readonly node: string;
  readonly python: string;
}

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    load: loadavg()[0],
    node: process.version,
    python: pythonVersion(),
  };
}

function pythonVersion(): string {
  try {
    return execFileSync('python3', ['-c', 'import platform; print(platform.python_version())'], {
      encoding: 'utf8',
    }).trim();
  } catch {
    return 'missing';
  }
}
