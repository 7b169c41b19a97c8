// How large a chaos run is, and what it says at its end.

import type { ChaosReport } from '../../src/testing/chaos.js';
import type { Size } from './scenarios/scenario.js';

/** A short run, for the test suite, unless the environment says otherwise. */
export function shortSize(): Size {
  return sizeOr(4, 3);
}

/** The run of `npm run chaos`, unless the environment says otherwise. */
export function longSize(): Size {
  return sizeOr(2000, 8);
}

function sizeOr(kills: number, processes: number): Size {
  return {
    kills: Number(process.env['MANYHANDS_CHAOS_KILLS'] ?? kills),
    processes: Number(process.env['MANYHANDS_CHAOS_PROCESSES'] ?? processes),
  };
}

export function reportLine(name: string, report: ChaosReport): string {
  const { seed, kills, pauses, atPoints, firstMs, recoveryMs } = report;
  const steps = Object.entries(atPoints).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    `${name}: ${kills} kills, ${pauses} pauses, 0 hangs, counters exact; after a death somebody went on after ` +
    `${spread(firstMs)}, everybody after ${spread(recoveryMs)}; seed ${seed}; ` +
    `killed at ${steps.map(([point, times]) => `${point} ${times}`).join(', ')}`
  );
}

function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `${median.toFixed(1)} ms (longest ${(sorted.at(-1) ?? 0).toFixed(0)})`;
}
