// Questions about the tree of processes.

import { isChild } from './launcher.js';
import type { Process } from './process.js';
import { startedProcesses } from './process-registry.js';

/** Children of this process that have not ended; the counterpart of `multiprocessing.active_children`. */
export function activeChildren(): Process[] {
  return startedProcesses().filter((child): child is Process => child.isAlive());
}

/** True in the program that was started by hand, false in its children. */
export const isMainProcess: boolean = !isChild;
