// What is known of a Process object: kept beside it and not in it, because own fields of an instance travel to the child.

import { ClosedError, StateError } from '../base/errors.js';
import { type AuthKey, ownAuthKey } from './auth-key.js';
import type { Child } from './child.js';
import type { ProcessOptions } from './process-options.js';
import type { Lineage } from './process-registry.js';
import type { StartMethod } from './start-method.js';

export interface ProcessState {
  readonly options: ProcessOptions;
  readonly lineage: Lineage;
  /** How it is started; undefined: by the default at that moment. */
  readonly method: StartMethod | undefined;
  /** Set for a process that has not been started; unless set, it has that of this process. */
  authkey?: AuthKey;
  name: string;
  daemon: boolean;
  phase: 'initial' | 'started' | 'ended' | 'closed' | 'self';
  child: Child | undefined;
  pid: number | undefined;
}

const states = new WeakMap<object, ProcessState>();

/** The object is a Process from now on, or stands for this process itself. */
export function setState(process: object, state: ProcessState): void {
  states.set(process, state);
}

export function hasState(process: object): boolean {
  return states.has(process);
}

/** @throws {StateError} If it is a copy that was sent here. */
export function stateOf(process: object): ProcessState {
  const state = states.get(process);
  if (!state)
    throw new StateError(
      'this object is a copy of a Process that was sent here: only its own fields are there',
    );
  return state;
}

/** @throws {ClosedError} */
export function checkNotClosed({ phase, name }: ProcessState): void {
  if (phase === 'closed') throw new ClosedError(`process ${name} is closed`);
}

/** The child of a started process. @throws {StateError | ClosedError} If there is none. */
export function startedChild(process: object, verb: string): Child {
  const state = stateOf(process);
  checkNotClosed(state);
  if (!state.child) throw new StateError(`${verb}: process ${state.name} was not started by this process`);
  return state.child;
}

/** @throws {StateError | ClosedError} If it has been started. */
export function unstarted(process: object, what: string): ProcessState {
  const state = stateOf(process);
  checkNotClosed(state);
  if (state.phase !== 'initial')
    throw new StateError(`${what} can be set before the start only (process ${state.name})`);
  return state;
}

/** The authkey of a process: its own, or that of this process. */
export function authKeyOf({ phase, authkey }: ProcessState): AuthKey {
  return (phase === 'self' ? undefined : authkey) ?? ownAuthKey();
}
