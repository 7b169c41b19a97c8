// What must hold after a run of starts: nobody is left of those who were started, and no memory that they had.

import assert from 'node:assert/strict';
import { getContext } from '../../../src/index.js';
import { Slot } from '../../../src/memory/process-table.js';
import { Session } from '../../../src/memory/session.js';
import type { ChaosReport } from '../../../src/testing/chaos.js';
import { memoryInUse } from '../memory-in-use.js';

const HANG_MS = 300_000;
/** What this process itself keeps: the parcels of the last starts, which it has not given back yet. */
const SPARE_BLOCKS = 2;

/** Runs it; at its end only those are left that were there before, and no more memory is in use. */
export async function withNothingLeft(run: () => Promise<ChaosReport>): Promise<ChaosReport> {
  const { table } = Session.current();
  const agents = [...table.agents()].length;
  const before = memoryInUse();
  const report = await run();
  const inStock = () => getContext('prefork').spares().length;
  await eventually(() => [...table.agents()].length <= agents + inStock(), 'processes of the dead');
  const more = () =>
    Object.entries(memoryInUse()).filter(([slab, count]) => count > (before[slab] ?? 0) + SPARE_BLOCKS);
  await eventually(() => more().length === 0, 'memory of the dead').catch(() =>
    assert.deepEqual(more(), [], 'memory of the dead'),
  );
  return report;
}

/** Everybody in the table has a parent that is there: the children of the dead have ended, and were recovered. */
export async function nobodyIsLeftBehind(): Promise<void> {
  const { table, self } = Session.current();
  await eventually(() => {
    const agents = [...table.agents()];
    return agents.every((agent) => {
      const parent = table.words[table.baseOf(agent) + Slot.parent];
      return agent === self || agents.some((other) => other === parent);
    });
  }, 'children of the dead');
}

export async function eventually(look: () => boolean, what: string): Promise<void> {
  const until = performance.now() + HANG_MS;
  while (!look()) {
    if (performance.now() > until) throw new Error(`${what} are still there`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
