// Waking threads that sleep in a blocking call, so that a thread that is to end comes back into JavaScript, where it can.
//
//   parent: told ← 1, wake, again and again        thread: out of its sleep, sees `told`, ends itself
//
// The engine could end it there as well, but a thread that it ends while the FFI is between two steps takes the process with
// it: the FFI (koffi) does not expect that its next call into the engine fails.
//
// A call of the system can't be given up from outside; the engine ends a thread at its next step. What waits for a rung
// waiter and is woken without a ring just sleeps again, if it is not to end.

import type { AgentId } from '../memory/agent.js';
import { arena } from '../memory/arena.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { waiterSlab } from '../memory/slab-class.js';
import { os } from '../platform/os.js';
import { ParkMode, Waiter, WaiterState, waiterAt } from './waiter.js';

/** Whether one of them sleeps, or is about to, in a blocking call. */
export function anyAsleep(agents: ReadonlySet<AgentId>): boolean {
  for (const { at, owner } of arena().itemsOf(waiterSlab)) {
    if (!agents.has(owner)) continue;
    const cell = waiterAt(at);
    if (cell.get(Waiter.mode) === ParkMode.futex && cell.state === WaiterState.waiting) return true;
  }
  // One that has just been started sleeps until it is told what to run.
  const { table } = Session.current();
  for (const agent of agents)
    if (Atomics.load(table.words, table.baseOf(agent) + Slot.parcel) === 0) return true;
  return false;
}

/** They end when they come out of their sleep. */
export function tellToEnd(agents: ReadonlySet<AgentId>): void {
  const { table } = Session.current();
  for (const agent of agents) Atomics.store(table.words, table.baseOf(agent) + Slot.told, 1);
}

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
