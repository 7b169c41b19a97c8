// Condition: waiting, with a lock released meanwhile, until somebody notifies.
//
//   wait:    hold cell (role WAITING) ─ release the lock ─ until the cell says NOTIFIED ─ take the lock again
//   notify:  the n oldest WAITING cells become NOTIFIED ─ wake
//
// Who has been notified is written into the waiter's own hold cell; so a notify reaches exactly those it was meant for,
// whoever else wakes. One who dies after it was notified passes that on to the next.

import { Deadline, type Wait } from '../base/deadline.js';
import { NotOwnerError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import { type Handle, registerShippable, SHIP } from '../base/shippable.js';
import { layout } from '../memory/record-layout.js';
import { HoldCell, holdsOn } from './hold.js';
import { Lock } from './lock.js';
import { defineKind } from './object-kind.js';
import { ObjectWords } from './object-words.js';
import { RLock } from './rlock.js';
import { Existing, SharedObject } from './shared-object.js';
import type { ConditionSnapshot } from './snapshot.js';
import { WaitQueue } from './wait-queue.js';

const Word = layout(['kind', 'latch', 'head', 'tail', 'count']);
const State = { waiting: 1, notified: 2 } as const;

const conditionKind = defineKind({
  code: 7,
  name: 'Condition',
  recoverHold(object, hold) {
    const swallowed = hold.count === State.notified;
    hold.markReleasing();
    if (swallowed) notifyOldest(object, 1);
  },
});

/** A lock of ours, taken or not as the condition needs it. */
type ConditionLock = Lock | RLock;

/**
 * Waits for something that others change under a lock; the counterpart of `multiprocessing.Condition`.
 *
 * `wait`, `notify` and `notifyAll` need the lock. `notify` waits for nobody. Who is notified still has to look whether
 * what it waits for is true: `waitFor` does.
 */
export class Condition extends SharedObject {
  readonly #lock: ConditionLock;
  readonly #waiting: WaitQueue;

  /** @throws {TypeError} If `lock` is neither Lock nor RLock. */
  constructor(lock: ConditionLock = new RLock(), existing?: Existing) {
    if (!(lock instanceof Lock || lock instanceof RLock))
      throw new TypeError('a Condition takes a Lock or an RLock');
    super(conditionKind, existing);
    this.#lock = lock;
    this.#waiting = new WaitQueue(this.object.at, Word.latch);
  }

  override [SHIP](): Handle {
    return { kind: conditionKind.name, data: { at: super[SHIP]().data, lock: this.#lock } };
  }

  /** Takes the lock, as its `acquire`. */
  acquire(wait?: Wait): Promise<boolean> {
    return this.#lock.acquire(wait);
  }

  /** The blocking twin of `acquire`. */
  acquireSync(wait?: Wait): boolean {
    return this.#lock.acquireSync(wait);
  }

  /** Releases the lock, as its `release`. */
  release(): void {
    this.#lock.release();
  }

  /** Runs `fn` while it holds the lock. */
  runExclusive<R>(fn: () => R | PromiseLike<R>): Promise<R> {
    return this.#lock.runExclusive(fn);
  }

  /** The blocking twin of `runExclusive`, for a function that does not wait. */
  runExclusiveSync<R>(fn: () => R): R {
    return this.#lock.runExclusiveSync(fn);
  }

  /**
   * Releases the lock, waits to be notified, and takes the lock again, whatever happens.
   * @returns False if the time was over first.
   * @throws {NotOwnerError} Without the lock. The signal's reason, if it is aborted.
   */
  async wait(wait?: Wait): Promise<boolean> {
    const deadline = Deadline.from(wait);
    this.#checkOwner('wait');
    deadline.throwIfAborted();
    const hold = HoldCell.take(this.object.at, 0, State.waiting);
    const retake = this.#releaseLock();
    try {
      await this.#waiting.until(() => this.#look(hold), deadline);
      return hold.count === State.notified;
    } catch (error) {
      if (hold.count === State.notified) this.#passOn(); // notified and aborted at once
      throw error;
    } finally {
      hold.free();
      await retake();
    }
  }

  /** The blocking twin of `wait`: it stops the event loop. */
  waitSync(wait?: Wait): boolean {
    const deadline = Deadline.from(wait);
    this.#checkOwner('wait');
    deadline.throwIfAborted();
    const hold = HoldCell.take(this.object.at, 0, State.waiting);
    const retake = this.#releaseLock();
    try {
      this.#waiting.untilSync(() => this.#look(hold), deadline);
      return hold.count === State.notified;
    } finally {
      hold.free();
      retake.sync();
    }
  }

  /**
   * Waits until `predicate()` is true; it is called with the lock held.
   * @returns What the predicate gave last: false if the time was over first.
   */
  async waitFor(predicate: () => boolean | Promise<boolean>, wait?: Wait): Promise<boolean> {
    const deadline = Deadline.from(wait);
    this.#checkOwner('waitFor');
    deadline.throwIfAborted();
    for (;;) {
      if (await predicate()) return true;
      const left = deadline.remainingMs();
      if (left === 0) return false;
      const timeout = left === Number.POSITIVE_INFINITY ? undefined : left;
      await this.wait({ timeout, signal: deadline.signal });
    }
  }

  /** The blocking twin of `waitFor`. */
  waitForSync(predicate: () => boolean, wait?: Wait): boolean {
    const deadline = Deadline.from(wait);
    this.#checkOwner('waitFor');
    deadline.throwIfAborted();
    while (!predicate()) {
      const left = deadline.remainingMs();
      if (left === 0) return false;
      this.waitSync(left === Number.POSITIVE_INFINITY ? undefined : left);
    }
    return true;
  }

  /**
   * Wakes the `n` who have waited longest. They go on when the caller has released the lock.
   * @throws {NotOwnerError} Without the lock. {RangeError} If `n` is no whole number from 0 up.
   */
  notify(n = 1): void {
    if (!(Number.isInteger(n) && n >= 0) && n !== Number.POSITIVE_INFINITY) {
      throw new RangeError(`notify takes a whole number from 0 up, got ${n}`);
    }
    this.#checkOwner('notify');
    if (notifyMarks(this.object, n) === 0) return;
    if (this.#lock instanceof RLock) this.#lock.wakeAtFree(this.#waiting);
    else this.#waiting.wakeAll(); // any process may release a Lock
  }

  /** Wakes everyone who waits. @throws {NotOwnerError} Without the lock. */
  notifyAll(): void {
    this.notify(Number.POSITIVE_INFINITY);
  }

  /** How many wait, and who holds the lock, as of now. */
  snapshot(): ConditionSnapshot {
    const waiting = [...holdsOn(this.object.at)].filter((hold) => hold.count === State.waiting);
    return { waiters: waiting.length, lock: this.#lock.snapshot() };
  }

  #look(hold: HoldCell): true | undefined {
    return hold.count === State.notified ? true : undefined;
  }

  #passOn(): void {
    notifyOldest(this.object, 1);
  }

  #checkOwner(what: string): void {
    if (this.#lock instanceof RLock) {
      if (!this.#lock.isOwned())
        throw new NotOwnerError(`${what} without the condition's lock: acquire it first`);
    } else if (!this.#lock.isHeldHere()) {
      throw new NotOwnerError(`${what} without the condition's lock: acquire it first`);
    }
  }

  /** Frees the lock; gives the two ways of taking it back as it was. */
  #releaseLock(): (() => Promise<void>) & { sync(): void } {
    const lock = this.#lock;
    if (lock instanceof Lock) {
      lock.release();
      return Object.assign(async () => void (await lock.acquire()), { sync: () => void lock.acquireSync() });
    }
    const saved = lock.releaseAll();
    return Object.assign(
      async () => {
        await lock.acquire();
        lock.restore(saved);
      },
      {
        sync: () => {
          lock.acquireSync();
          lock.restore(saved);
        },
      },
    );
  }
}

registerShippable(conditionKind.name, (data) => {
  const { at, lock } = data as { at: number; lock: ConditionLock };
  return new Condition(lock, new Existing(ObjectWords.attach(at, conditionKind)));
});

function notifyOldest(object: ObjectWords, n: number): void {
  if (notifyMarks(object, n) > 0) new WaitQueue(object.at, Word.latch).wakeAll();
}

/** Marks the `n` oldest waiting cells; how many there were. */
function notifyMarks(object: ObjectWords, n: number): number {
  const waiting = [...holdsOn(object.at)].filter((hold) => hold.count === State.waiting);
  if (waiting.length > n) waiting.sort((a, b) => (a.ticket - b.ticket) | 0).length = n;
  for (const hold of waiting) {
    hold.count = State.notified;
    CHAOS: killPoint('condition.notify.half');
  }
  return waiting.length;
}
