// Waking threads that sleep in a blocking call, so that a thread that is to end comes back into JavaScript, where it can.
//
// A call of the system can't be given up from outside; the engine ends a thread at its next step. What waits for a rung
// waiter and is woken without a ring just sleeps again, if it is not to end.

import type { AgentId } from '../memory/agent.js';
import { arena } from '../memory/arena.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { waiterSlab } from '../memory/slab-class.js';
import { os } from '../platform/os.js';
import { ParkMode, Waiter, waiterAt } from './waiter.js';

/** Wakes the threads of these agents wherever they sleep by a word of shared memory. */
export function wakeSleepers(agents: ReadonlySet<AgentId>): void {
  for (const { at, owner } of arena().itemsOf(waiterSlab)) {
    if (!agents.has(owner)) continue;
    const cell = waiterAt(at);
    if (cell.get(Waiter.mode) === ParkMode.futex) os.futexWake(cell.statePointer, 1);
  }
  const { table } = Session.current();
  for (const agent of agents) os.futexWake(table.pointer + (table.baseOf(agent) + Slot.parcel) * 4, 1);
}
