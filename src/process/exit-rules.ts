// What becomes of the children when this process ends.
//
//   normal end, process.exit(), uncaught error:  daemons get SIGTERM, the others are joined, as in Python
//   (detached ones are in no list: nobody ends or joins them)
//   killed:                                      the kernel ends the children (child-main.ts asks it to)
//
// Node prints an uncaught error after the exit listeners, so after the join: a program that waits for its children
// because of an error would wait without a word. It is printed before the join as well.

import { inspect } from 'node:util';
import { type StartedProcess, startedProcesses } from './process-registry.js';

/** How long a daemon may take to end after SIGTERM before it is killed. */
const DAEMON_GRACE_MS = 1000;

let installed = false;
let uncaught: { error: unknown } | undefined;

/** Applies the rules from now on; called at the first start of a child. */
export function installExitRules(): void {
  if (installed) return;
  installed = true;
  // First of all exit listeners: the session may only be left when its processes have ended.
  process.prependListener('exit', endChildren);
  process.on('uncaughtExceptionMonitor', (error) => {
    if (process.listenerCount('uncaughtException') === 0) uncaught = { error };
  });
}

function endChildren(): void {
  const children = startedProcesses().filter((child) => child.isAlive());
  const daemons = children.filter((child) => child.daemon);
  const others = children.filter((child) => !child.daemon);
  for (const daemon of daemons) daemon.terminate();
  if (uncaught && others.length > 0) tellWhy(uncaught.error, others);
  for (const child of others) child.joinSync();
  for (const daemon of daemons) {
    daemon.joinSync(DAEMON_GRACE_MS);
    if (daemon.isAlive()) daemon.kill();
    daemon.joinSync();
  }
}

function tellWhy(error: unknown, awaited: StartedProcess[]): void {
  const names = awaited.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ');
  process.stderr.write(
    `${inspect(error)}\nThe program has failed, and ends when its processes have ended: ${names}\n`,
  );
}
