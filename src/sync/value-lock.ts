// The lock of a shared value or array: its own, one that was given, or none.

import { StateError } from '../base/errors.js';
import { Exclusive } from './exclusive.js';
import type { Lock } from './lock.js';
import { RLock } from './rlock.js';

export interface LockOption {
  /** Absent or true: an RLock of its own. False: none. A lock: that one. */
  lock?: boolean | Lock | RLock | undefined;
}

export class ValueLock {
  readonly #none: boolean;
  /** Its own one is made when it is first asked for. */
  #lock: Lock | RLock | undefined;

  /** @throws {TypeError} If the option is something else. */
  constructor({ lock }: LockOption = {}) {
    if (lock !== undefined && typeof lock !== 'boolean' && !(lock instanceof Exclusive)) {
      throw new TypeError('lock must be true, false, a Lock or an RLock');
    }
    this.#none = lock === false;
    this.#lock = typeof lock === 'object' ? lock : undefined;
  }

  get lock(): Lock | RLock | undefined {
    if (!this.#none) this.#lock ??= new RLock();
    return this.#lock;
  }

  /** @throws {StateError} If there is none. */
  get required(): Lock | RLock {
    const { lock } = this;
    if (lock) return lock;
    throw new StateError('runExclusive needs a lock, and this was made with { lock: false }');
  }

  /** What travels: the lock, or false. */
  get shipped(): Lock | RLock | false {
    return this.lock ?? false;
  }
}
