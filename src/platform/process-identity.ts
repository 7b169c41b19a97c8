// Who a process or a thread is (pid and start time: pids are used again) and whether it lives, by the kernel's word.
// `kill(pid, 0)` is no such word: it says alive of a zombie.

import { os } from './os.js';

export interface ProcessIdentity {
  /** Of a thread: its own number, not the process's. */
  readonly pid: number;
  readonly startTime: number;
}

let own: ProcessIdentity | undefined;

/** Of the calling thread, which in the main thread is the process. */
export function ownIdentity(): ProcessIdentity {
  if (!own) {
    const pid = os.threadNumber();
    own = { pid, startTime: os.processFacts(pid)?.startTime ?? 0 };
  }
  return own;
}

/** Undefined if there is no such process, or it has ended and waits to be reaped. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const facts = os.processFacts(pid);
  return facts && !facts.ended ? { pid, startTime: facts.startTime } : undefined;
}

export function isAlive(who: ProcessIdentity): boolean {
  const facts = os.processFacts(who.pid);
  return facts !== undefined && !facts.ended && facts.startTime === who.startTime;
}
