// What Lock and RLock have in common: everything but who may take it and who may free it.

import { Deadline, type Wait } from '../base/deadline.js';
import { TimeoutError } from '../base/errors.js';
import { HolderWord } from './holder-word.js';
import { LockGuard } from './lock-guard.js';
import type { ObjectKind } from './object-kind.js';
import { type Existing, SharedObject } from './shared-object.js';
import { type LockSnapshot, nameHolder } from './snapshot.js';

const TAKEN = Promise.resolve(true);
const NOT_TAKEN = Promise.resolve(false);

export abstract class Exclusive extends SharedObject {
  protected readonly word: HolderWord;

  protected constructor(kind: ObjectKind, existing?: Existing) {
    super(kind, existing);
    this.word = new HolderWord(this.object);
  }

  /** Takes the lock if it can be taken now. Never waits. */
  abstract tryAcquire(): boolean;

  abstract release(): void;

  /**
   * Waits for the lock and takes it.
   * @param wait Milliseconds, or `{ timeout, signal }`; for ever if absent.
   * @returns False if the time was over first.
   * @throws The signal's reason, if it is aborted.
   */
  acquire(wait?: Wait): Promise<boolean> {
    try {
      const deadline = Deadline.from(wait);
      deadline.throwIfAborted();
      if (this.tryAcquire()) return TAKEN; // FAST PATH
      if (deadline.expired) return NOT_TAKEN;
      return this.word.take(this, deadline);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The blocking twin of `acquire`: it stops the event loop. */
  acquireSync(wait?: Wait): boolean {
    if (wait === undefined && this.tryAcquire()) return true; // FAST PATH
    const deadline = Deadline.from(wait);
    deadline.throwIfAborted();
    return this.tryAcquire() || this.word.takeSync(this, deadline);
  }

  /** Whether some process holds the lock now. */
  locked(): boolean {
    return this.word.holder !== 0;
  }

  /**
   * Takes the lock and gives a guard that releases it at the end of its block: `using guard = await lock.hold()`.
   * @throws {TimeoutError} If the time was over first. The signal's reason, if it is aborted.
   */
  hold(wait?: Wait): Promise<LockGuard> {
    return this.acquire(wait).then((taken) => this.guard(taken));
  }

  /** The blocking twin of `hold`. @throws {TimeoutError} If the time was over first. */
  holdSync(wait?: Wait): LockGuard {
    return this.guard(this.acquireSync(wait));
  }

  /** Runs `fn` while it holds the lock; releases it also when `fn` throws. */
  async runExclusive<R>(fn: () => R | PromiseLike<R>): Promise<R> {
    await this.acquire();
    try {
      return await fn();
    } finally {
      this.release();
    }
  }

  /** The blocking twin of `runExclusive`, for a function that does not wait. */
  runExclusiveSync<R>(fn: () => R): R {
    this.acquireSync();
    try {
      return fn();
    } finally {
      this.release();
    }
  }

  /** Who holds the lock and how many wait, as of now: for looking at, not for deciding. */
  snapshot(): LockSnapshot {
    return { holder: nameHolder(this.word.holder), waiters: this.word.waiters };
  }

  protected guard(taken: boolean): LockGuard {
    if (!taken) throw new TimeoutError('the lock was not free in time');
    return new LockGuard(() => this.release(), this.word.abandoned);
  }
}
