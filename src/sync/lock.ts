// Lock: one holder among all processes. How it is held is in holder-word.ts.

import { StateError } from '../base/errors.js';
import { Exclusive } from './exclusive.js';
import { HolderWord } from './holder-word.js';
import { defineKind } from './object-kind.js';
import { type Existing, shipAs } from './shared-object.js';

const lockKind = defineKind({ code: 1, name: 'Lock', recover: HolderWord.recover });

/**
 * A lock that any process of the program can take; the counterpart of `multiprocessing.Lock`.
 *
 * Not recursive: a second `acquire` by the same process waits, for ever if nobody else releases (`RLock` is recursive).
 * If the holder dies, the lock is free again, and the next holder is told so (`hold().abandoned`).
 */
export class Lock extends Exclusive {
  constructor(existing?: Existing) {
    super(lockKind, existing);
  }

  /** Takes the lock if it is free. Never waits. */
  tryAcquire(): boolean {
    return this.word.tryTake();
  }

  /**
   * Frees the lock; any process may, not only the holder.
   * @throws {StateError} If the lock is free.
   */
  release(): void {
    if (!this.word.free()) throw new StateError('release of a lock that is free: acquire it first');
  }

  /** Whether this process holds the lock. */
  isHeldHere(): boolean {
    return this.word.isOurs;
  }
}

shipAs(lockKind, (existing) => new Lock(existing));
