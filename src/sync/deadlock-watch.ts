// The detector that runs by itself: a wait for a lock that lasts longer than MANYHANDS_DEADLOCK_MS looks for deadlocks
// that it is part of, and tells each once.
//
// A circle of blocking waits is told at once; one with an async wait when it is still there at the next look, because
// another async call of that process may be about to release (deadlock.ts).

import { writeSync } from 'node:fs';
import { Session } from '../memory/session.js';
import { deadlockLimitMs } from './acquired-at.js';
import { circles, type Deadlock, describe, type Edge } from './deadlock.js';

const CODE = 'MANYHANDS_DEADLOCK';
/** Circles seen at the last look, and those told already. */
let suspected = new Set<string>();
const told = new Set<string>();

/** Looks now and then while an async call waits; call what it returns when the wait is over. */
export function watchWait(): () => void {
  const timer = setInterval(() => lookForDeadlocks(false), deadlockLimitMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Looks once, and tells the deadlocks that this process is part of. */
export function lookForDeadlocks(blocked: boolean): void {
  const { self } = Session.current();
  const seen = new Set<string>();
  for (const circle of circles()) {
    if (!circle.some((edge) => edge.waiter === self)) continue;
    const key = keyOf(circle);
    const certain = circle.every((edge) => edge.blocking);
    seen.add(key);
    if (told.has(key) || !(certain || suspected.has(key))) continue;
    told.add(key);
    tell(describe(circle), blocked);
  }
  suspected = seen;
}

function tell(deadlock: Deadlock, blocked: boolean): void {
  const text = sentence(deadlock);
  // Node prints a warning at its next turn: a thread that blocks has none.
  if (blocked) writeSync(2, `(node:${process.pid}) [${CODE}] Warning: ${text}\n`);
  else process.emitWarning(text, { code: CODE });
}

function sentence({ processes, certain }: Deadlock): string {
  const lines = processes.map(({ pid, name, waitsFor, holds, blocking, acquiredAt }) => {
    const who = name ? `process ${name} (pid ${pid})` : `process ${pid}`;
    const where = acquiredAt ? `, taken\n${acquiredAt}` : '; it has not recorded where it was taken';
    return `  ${who} waits for ${waitsFor}${blocking ? ', blocked' : ''}, and holds ${holds}${where}`;
  });
  const head = certain
    ? 'deadlock: each of these processes waits for a lock that the next one holds'
    : 'probable deadlock: each of these processes waits for a lock that the next one holds (an async call may still release it)';
  return `${head}\n${lines.join('\n')}`;
}

/** The same for the same circle, however often its waits were begun anew. */
function keyOf(circle: readonly Edge[]): string {
  return circle.map(({ waiter, lock }) => `${waiter}:${lock.at}`).join(' ');
}
