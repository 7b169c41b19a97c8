// What becomes of the children when this process ends.
//
//   normal end, process.exit(), uncaught error:  daemons get SIGTERM, the others are joined, as in Python
//   (detached ones are in no list: nobody ends or joins them)
//   killed:                                      the kernel ends the children (child-main.ts asks it to)

import { startedProcesses } from './process-registry.js';

/** How long a daemon may take to end after SIGTERM before it is killed. */
const DAEMON_GRACE_MS = 1000;

let installed = false;

/** Applies the rules from now on; called at the first start of a child. */
export function installExitRules(): void {
  if (installed) return;
  installed = true;
  // First of all exit listeners: the session may only be left when its processes have ended.
  process.prependListener('exit', endChildren);
}

function endChildren(): void {
  const children = startedProcesses().filter((child) => child.isAlive());
  const daemons = children.filter((child) => child.daemon);
  for (const daemon of daemons) daemon.terminate();
  for (const child of children) if (!child.daemon) child.joinSync();
  for (const daemon of daemons) {
    daemon.joinSync(DAEMON_GRACE_MS);
    if (daemon.isAlive()) daemon.kill();
    daemon.joinSync();
  }
}
