// How a thread is told to end, so that the engine never ends it inside a call of the FFI: koffi does not expect that its next
// step fails there, and ends the process.
//
//   thread                                             parent (process/thread-launcher.ts)
//   calling ← 1, told? then end; call;                 told ← 1, wake who sleeps;
//   calling ← 0, told? then end                        calling = 0? then Worker.terminate(); else again
//
// SYNC POINT told: each side writes its word before it reads the other's. So either the thread sees that it is told before
// the call, or its parent sees that it is calling. Until it is at work, `calling` is 1: its parent has written that.

import type { AgentId } from '../memory/agent.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { gateCalls } from '../platform/libc.js';

/** In a thread that has joined the session: from now on it can be ended. */
export function endWhenTold(): void {
  const { table, self } = Session.current();
  const { words } = table;
  const [calling, told] = [table.baseOf(self) + Slot.calling, table.baseOf(self) + Slot.told];
  const pass = (now: number) => {
    Atomics.store(words, calling, now); // SYNC POINT told: pairs with tellToEnd
    if (Atomics.load(words, told) !== 0) endThread();
  };
  gateCalls({ enter: () => pass(1), leave: () => pass(0) });
  pass(0);
}

/** Without its exit listeners. */
function endThread(): never {
  (process as unknown as { reallyExit(code: number): void }).reallyExit(1);
  for (;;); // until the engine looks, which it does here
}

/** For the parent, before a thread is started. */
export function holdUntilBegun(agent: AgentId): void {
  const { table } = Session.current();
  Atomics.store(table.words, table.baseOf(agent) + Slot.calling, 1);
}

/** They end when they come out of their call. @returns Whether none of them is in one, or can come into one. */
export function tellToEnd(agents: ReadonlySet<AgentId>): boolean {
  const { table } = Session.current();
  let allOutside = true;
  for (const agent of agents) {
    const base = table.baseOf(agent);
    Atomics.store(table.words, base + Slot.told, 1); // SYNC POINT told: pairs with endWhenTold
    if (Atomics.load(table.words, base + Slot.calling) !== 0) allOutside = false;
  }
  return allOutside;
}
