// What a child is given to run, and whether it is still loading it.

import type { Lineage } from './process-registry.js';

/** Any function that a process can run. */
// biome-ignore lint/suspicious/noExplicitAny: arguments are the user's own business
export type Target<Args extends any[] = any[], Result = unknown> = (...args: Args) => Result;

export interface ChildContent {
  readonly name: string;
  readonly daemon: boolean;
  readonly lineage: Lineage;
  readonly parentName: string;
  /** The instance of a subclass, with its own fields. */
  readonly instance?: object;
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
