// Lock: one holder among all processes.
//
//   state word:  0 free │ agent id of the holder │ ABANDONED: free, and the last holder died while it held
//
// Taking it and saying who took it are one compare-and-swap; uncontended, neither taking nor releasing makes a system call.

import { Deadline, type Wait } from '../base/deadline.js';
import { StateError, TimeoutError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import { layout } from '../memory/record-layout.js';
import { Session } from '../memory/session.js';
import { LockGuard } from './lock-guard.js';
import { defineKind } from './object-kind.js';
import type { ObjectWords } from './object-words.js';
import { suspect } from './recovery.js';
import { type Existing, SharedObject, shipAs } from './shared-object.js';
import { WaitQueue } from './wait-queue.js';

const Word = layout(['kind', 'state', 'latch', 'head', 'tail', 'count']);
const ABANDONED = 0x40000000;
const FREE = 0;

const lockKind = defineKind({
  code: 1,
  name: 'Lock',
  recover(object, dead) {
    if (object.swap(Word.state, dead, ABANDONED)) queueOf(object).wake(1);
  },
});

const TAKEN = Promise.resolve(true);
const NOT_TAKEN = Promise.resolve(false);

/**
 * A lock that any process of the program can take; the counterpart of `multiprocessing.Lock`.
 *
 * Not recursive: a second `acquire` by the same process waits, for ever if nobody else releases. Not for pausing: a held
 * lock costs nobody anything, but who waits for it waits.
 * If the holder dies, the lock is free again, and the next holder is told so (`hold().abandoned`).
 */
export class Lock extends SharedObject {
  readonly #words: Int32Array;
  readonly #state: number;
  readonly #count: number;
  readonly #self: number;
  #waiting: WaitQueue | undefined;
  #abandoned = false;

  constructor(existing?: Existing) {
    super(lockKind, existing);
    const { words, base } = this.object;
    this.#words = words;
    this.#state = base + Word.state;
    this.#count = base + Word.count;
    this.#self = Session.current().self;
  }

  /**
   * Waits for the lock and takes it.
   * @param wait Milliseconds, or `{ timeout, signal }`; for ever if absent.
   * @returns False if the time was over first.
   * @throws The signal's reason, if it is aborted.
   */
  acquire(wait?: Wait): Promise<boolean> {
    if (wait === undefined && this.tryAcquire()) return TAKEN; // FAST PATH
    const deadline = Deadline.from(wait);
    if (deadline.signal === undefined) {
      if (this.tryAcquire()) return TAKEN;
      if (deadline.expired) return NOT_TAKEN;
    }
    return this.#queue.until(this.#take, deadline).then((taken) => taken === true);
  }

  /** The blocking twin of `acquire`: it stops the event loop. */
  acquireSync(wait?: Wait): boolean {
    if (this.tryAcquire()) return true; // FAST PATH
    return this.#queue.untilSync(this.#take, Deadline.from(wait)) === true;
  }

  /** Takes the lock if it is free. Never waits. */
  tryAcquire(): boolean {
    const before = Atomics.compareExchange(this.#words, this.#state, FREE, this.#self);
    if (before === FREE) {
      this.#abandoned = false;
      return true;
    }
    if (before !== ABANDONED) return false;
    if (Atomics.compareExchange(this.#words, this.#state, ABANDONED, this.#self) !== ABANDONED) return false;
    this.#abandoned = true;
    return true;
  }

  /**
   * Frees the lock; any process may, not only the holder.
   * @throws {StateError} If the lock is free.
   */
  release(): void {
    const before = Atomics.exchange(this.#words, this.#state, FREE);
    if (before === FREE || before === ABANDONED) {
      if (before === ABANDONED) Atomics.compareExchange(this.#words, this.#state, FREE, ABANDONED);
      throw new StateError('release of a lock that is free: acquire it first');
    }
    CHAOS: killPoint('lock.release.freed');
    if (Atomics.load(this.#words, this.#count) !== 0) this.#queue.wake(1);
  }

  /** Whether some process holds the lock now. */
  locked(): boolean {
    const state = Atomics.load(this.#words, this.#state);
    return state !== FREE && state !== ABANDONED;
  }

  /**
   * Takes the lock and gives a guard that releases it at the end of its block: `using guard = await lock.hold()`.
   * @throws {TimeoutError} If the time was over first.
   */
  async hold(wait?: Wait): Promise<LockGuard> {
    if (!(await this.acquire(wait))) throw new TimeoutError('the lock was not free in time');
    return new LockGuard(() => this.release(), this.#abandoned);
  }

  /** The blocking twin of `hold`. @throws {TimeoutError} If the time was over first. */
  holdSync(wait?: Wait): LockGuard {
    if (!this.acquireSync(wait)) throw new TimeoutError('the lock was not free in time');
    return new LockGuard(() => this.release(), this.#abandoned);
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

  readonly #take = (): true | undefined => {
    if (this.tryAcquire()) return true;
    suspect(Atomics.load(this.#words, this.#state));
    return this.tryAcquire() ? true : undefined;
  };

  get #queue(): WaitQueue {
    this.#waiting ??= queueOf(this.object);
    return this.#waiting;
  }
}

shipAs(lockKind, (existing) => new Lock(existing));

function queueOf(object: ObjectWords): WaitQueue {
  return new WaitQueue(object.at, Word.latch);
}

