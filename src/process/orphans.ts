// The children of a process that was killed: the kernel kills them too, and tells nobody. What they held has to come back.
//
//   main ── C ── G        C is killed: main is told (SIGCHLD), the kernel kills G, G's parent is no more
//                         main recovers C, waits the moment that G takes to end, and recovers G, and so on downwards

import type { AgentId } from '../memory/agent.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { os } from '../platform/os.js';
import { recoverAgent } from '../sync/recovery.js';

/** A process that has been sent SIGKILL is gone within milliseconds, unless the machine is very busy. */
const PATIENCE_MS = 100;
const NEXT_LOOK_MS = 50;

/** Dead processes with children that have not ended yet. */
const dying = new Set<AgentId>();
/** Dead processes that are not altogether gone. */
const unreaped = new Set<number>();
let nextLook: NodeJS.Timeout | undefined;

/** Recovers the children of a dead process, and theirs. */
export function recoverOrphansOf(dead: AgentId): void {
  const { table } = Session.current();
  for (const agent of table.agents()) {
    const base = table.baseOf(agent);
    if (table.words[base + Slot.parent] !== dead || table.words[base + Slot.bound] !== 1) continue;
    if (table.isAlive(agent)) os.waitForEnd(table.identityOf(agent).pid, PATIENCE_MS);
    if (table.isAlive(agent)) {
      dying.add(dead);
      lookAgainSoon();
      continue;
    }
    if (table.hostOf(agent) === 0) reap(table.identityOf(agent).pid);
    recoverAgent(agent);
    recoverOrphansOf(agent);
  }
}

/** Looks again after those that had not ended at the first look. */
export function recoverOrphans(): void {
  clearTimeout(nextLook);
  nextLook = undefined;
  const again = [...dying];
  dying.clear();
  for (const dead of again) recoverOrphansOf(dead);
  for (const pid of [...unreaped]) reap(pid);
}

/** The processes of a thread that has ended are children of this process, and nobody else would reap them. */
function reap(pid: number): void {
  if (os.reap(pid)) unreaped.delete(pid);
  else {
    unreaped.add(pid);
    lookAgainSoon();
  }
}

function lookAgainSoon(): void {
  nextLook ??= setTimeout(recoverOrphans, NEXT_LOOK_MS).unref();
}
