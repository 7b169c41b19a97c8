// The life of a thread: what it needs before it is like any other child.

import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { os } from '../platform/os.js';
import { becomeThread } from '../platform/own-thread.js';
import { recordMappings } from '../platform/thread-mappings.js';
import { runChild } from './child-main.js';
import type { ChildTicket } from './launcher.js';
import { redirectOutput } from './thread-output.js';

/** What a thread is started with, beside its ticket. */
export interface ThreadSetup {
  readonly mappings: SharedArrayBuffer;
  readonly parentThread: number;
  /** Descriptors, or NOWHERE. */
  readonly stdout: number;
  readonly stderr: number;
}

/** As `runChild`, in a worker. */
export function runThread(ticket: ChildTicket, loadLibrary: () => Promise<unknown>): Promise<void> {
  const { threadId, workerData } = process.getBuiltinModule('node:worker_threads');
  const { mappings, parentThread, stdout, stderr } = workerData as ThreadSetup;
  becomeThread();
  recordMappings(mappings, threadId, parentThread);
  redirectOutput(stdout, stderr);
  process.on('exit', noteEnding);
  return runChild(ticket, loadLibrary);
}

/** Its parent may be blocked and so not be told by its event loop. */
function noteEnding(code: number): void {
  if (!Session.exists) return;
  const { table, self } = Session.current();
  const word = table.baseOf(self) + Slot.ending;
  Atomics.store(table.words, word, 1 + (code & 0xff));
  os.futexWake(table.pointer + word * 4, 1);
}
