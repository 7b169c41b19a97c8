// Who notices that a process has died, so that what it held comes back.
//
//   its parent, event loop running:   SIGCHLD through libuv           (child.ts)
//   its parent, in a blocking call:   SIGCHLD interrupts the sleep    (here)
//   its parent's parent, for one killed with its parent:              (orphans.ts)
//   its parent is dead as well:       only detached processes are left then; they look once a second (here)
//   whoever finds it in its way:      at the moment it would have to wait for it (recovery.ts, `suspect`)
//
// A parent that computes without a pause hears of it when it pauses.

import { NOBODY } from '../memory/agent.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { canSendFunctions } from '../serialization/codec.js';
import { whenInterrupted } from '../sync/parking.js';
import { recoverAgent } from '../sync/recovery.js';
import { noticeEnds } from './child.js';

const LOOK_EVERY_MS = 1000;

/** Looks after the children while this process sleeps in a blocking call. */
export function watchChildren(): void {
  whenInterrupted(noticeEnds);
}

/**
 * For a process that may outlive its parent: once the parent is gone, looks after everybody, once a second.
 * @param loadLibrary What the dead held can be given back only by who knows every kind of object.
 */
export function watchOrphans(loadLibrary: () => Promise<unknown>): void {
  const { table, self } = Session.current();
  const parent = table.words[table.baseOf(self) + Slot.parent];
  const look = () => {
    if (parent === NOBODY || table.isAlive(parent)) return;
    if (!canSendFunctions()) {
      void loadLibrary();
      return; // the next look
    }
    for (const agent of [...table.agents()]) if (agent !== self && !table.isAlive(agent)) recoverAgent(agent);
  };
  setInterval(look, LOOK_EVERY_MS).unref();
  whenInterrupted(look);
}
