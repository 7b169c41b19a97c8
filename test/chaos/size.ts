// How large a chaos run is, and what it says at its end.

import type { ChaosReport } from '../../src/testing/chaos.js';

/** A short run, unless the environment says otherwise. */
export function size(): { kills: number; processes: number } {
  return {
    kills: Number(process.env['MANYHANDS_CHAOS_KILLS'] ?? 4),
    processes: Number(process.env['MANYHANDS_CHAOS_PROCESSES'] ?? 3),
  };
}

export function report(what: string, { seed, kills, pauses, recoveryMs }: ChaosReport): void {
  const sorted = [...recoveryMs].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  console.log(
    `${what}: ${kills} kills, ${pauses} pauses, all others went on after ${median.toFixed(1)} ms (median), ` +
      `${(sorted.at(-1) ?? 0).toFixed(1)} ms (longest); seed ${seed}`,
  );
}
