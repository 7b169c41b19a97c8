// The end of a thread that is told to end while it sleeps in a blocking call (wake-sleepers.ts).

import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { isThread } from '../platform/own-thread.js';

/** Called before each sleep: ends this thread, if it is one that is to end, without its exit listeners. */
export function endIfTold(): void {
  if (!isThread()) return;
  const { table, self } = Session.current();
  if (Atomics.load(table.words, table.baseOf(self) + Slot.told) === 0) return;
  (process as unknown as { reallyExit(code: number): void }).reallyExit(1);
  for (;;); // until the engine looks, which it does here
}
