// What a child is given to run, and whether it is still loading it.

import { StateError } from '../base/errors.js';
import type { LoggerState } from './logger.js';
import type { Lineage } from './process-registry.js';
import type { StartMethod } from './start-method.js';

/** Any function that a process can run. */
// biome-ignore lint/suspicious/noExplicitAny: arguments are the user's own business
export type Target<Args extends any[] = any[], Result = unknown> = (...args: Args) => Result;

export interface ChildContent {
  readonly name: string;
  readonly daemon: boolean;
  readonly lineage: Lineage;
  readonly parentName: string;
  /** Start method of its own children, if somebody has chosen one. */
  readonly startMethod?: StartMethod;
  /** The instance of a subclass, with its own fields. */
  readonly instance?: object;
  /** How much of what the library does it is to print. */
  readonly logger?: LoggerState;
  readonly authkey: Uint8Array;
  /** Its parent passes on what it prints: printing waits until it is in the pipe, so that a kill loses nothing. */
  readonly printsToParent?: boolean;
  readonly target?: Target;
  readonly args?: unknown[];
}

let importing = false;

/** Whether this process is a child that is importing the modules of what it is to run. */
export function isImporting(): boolean {
  return importing;
}

/** @throws {StateError} If this process is a child that is importing: it would start itself, without end. */
export function checkNotImporting(): void {
  if (!importing) return;
  throw new StateError(
    'a process was started while its own program was being imported by a child: start processes from a function or ' +
      'from the entry script, or guard the start with `if (isMainProcess)`',
  );
}

export function setImporting(now: boolean): void {
  importing = now;
}
