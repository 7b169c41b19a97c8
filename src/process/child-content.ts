// What a child is given to run, and whether it is still loading it.

import type { Lineage } from './process-registry.js';
import type { Process, Target } from './process.js';

export interface ChildContent {
  readonly name: string;
  readonly daemon: boolean;
  readonly lineage: Lineage;
  readonly parentName: string;
  /** The instance of a subclass, with its own fields. */
  readonly instance?: Process | object;
  readonly target?: Target;
  readonly args?: unknown[];
}

let importing = false;

/** Whether this process is a child that is importing the modules of what it is to run. */
export function isImporting(): boolean {
  return importing;
}

export function setImporting(now: boolean): void {
  importing = now;
}
