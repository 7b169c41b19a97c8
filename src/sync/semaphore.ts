// Semaphore: a number of permits, and who holds how many.
//
//   value = total − what the holds say is out           (always true when the latch is free)
//
// Each process that has permits of a semaphore has one hold cell for it with their number. `value` could be summed up
// from the holds at any time; it is kept beside them so that taking one is a few instructions under the latch. Whoever
// finds the latch with a dead owner sums up again, and recovery of a dead process only empties its hold.

import { Deadline, type Wait } from '../base/deadline.js';
import { StateError, TimeoutError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import type { AgentId } from '../memory/agent.js';
import { layout } from '../memory/record-layout.js';
import { Session } from '../memory/session.js';
import { HoldCell, holdsOn } from './hold.js';
import { releaseLatch, takeLatch } from './latch.js';
import { LockGuard } from './lock-guard.js';
import { defineKind, type ObjectKind } from './object-kind.js';
import type { ObjectWords } from './object-words.js';
import { suspectAll } from './recovery.js';
import { Existing, SharedObject, shipAs } from './shared-object.js';
import { type Holder, nameHolder, type SemaphoreSnapshot } from './snapshot.js';
import { WaitQueue } from './wait-queue.js';

const Word = layout(['kind', 'guard', 'value', 'total', 'latch', 'head', 'tail', 'count']);
const MOST = 0x7fffffff;

const semaphoreKind = kindWithPermits(4, 'Semaphore');
const boundedKind = kindWithPermits(5, 'BoundedSemaphore');

function kindWithPermits(code: number, name: string): ObjectKind {
  return defineKind({
    code,
    name,
    recoverHold(object, hold) {
      guarded(object, () => {
        hold.count = 0;
        recount(object);
      });
      new WaitQueue(object.at, Word.latch).wakeAll();
    },
  });
}

/**
 * Limits how many may do something at once; the counterpart of `multiprocessing.Semaphore`.
 *
 * Permits of a process that has ended, in any way, come back. `release` gives back one of this process's own permits; of a
 * process that has none, the permit that has been held longest; and if nobody holds any, there is one more from then on.
 */
export class Semaphore extends SharedObject {
  readonly #waiting: WaitQueue;
  #hold: HoldCell | undefined;

  /** @throws {RangeError} If `value` is no whole number from 0 up. */
  constructor(value?: number | Existing, kind: ObjectKind = semaphoreKind) {
    const fresh = value instanceof Existing ? undefined : checked(value ?? 1);
    super(kind, value);
    if (fresh !== undefined) {
      this.object.store(Word.total, fresh);
      this.object.store(Word.value, fresh);
    }
    this.#waiting = new WaitQueue(this.object.at, Word.latch);
  }

  /**
   * Waits for a permit and takes it.
   * @param wait Milliseconds, or `{ timeout, signal }`; for ever if absent.
   * @returns False if the time was over first.
   * @throws The signal's reason, if it is aborted.
   */
  async acquire(wait?: Wait): Promise<boolean> {
    return (await this.#waiting.until(this.#take, Deadline.from(wait), this.#options)) === true;
  }

  /** The blocking twin of `acquire`: it stops the event loop. */
  acquireSync(wait?: Wait): boolean {
    return this.#waiting.untilSync(this.#take, Deadline.from(wait), this.#options) === true;
  }

  /** Takes a permit if there is one. Never waits. */
  tryAcquire(): boolean {
    if (this.object.load(Word.value) === 0) return false;
    const hold = this.#ownHold();
    return guarded(this.object, () => {
      const value = this.object.load(Word.value);
      if (value <= 0) return false;
      if (hold.count === 0) hold.ticket = Session.current().nextTicket();
      hold.count++;
      CHAOS: killPoint('semaphore.acquire.half');
      this.object.store(Word.value, value - 1);
      return true;
    });
  }

  /**
   * Gives `n` permits back.
   * @throws {RangeError} If `n` is no whole number from 1 up.
   */
  release(n = 1): void {
    if (!Number.isInteger(n) || n < 1)
      throw new RangeError(`release takes a whole number from 1 up, got ${n}`);
    guarded(this.object, () => {
      this.checkRelease(n);
      this.#settle(n);
      recountTo(this.object, this.object.load(Word.value) + n);
    });
    this.#waiting.wake(n);
  }

  /** How many permits are free now. */
  getValue(): number {
    return this.object.load(Word.value);
  }

  /** Takes a permit and gives a guard that gives it back. @throws {TimeoutError} If the time was over first. */
  async hold(wait?: Wait): Promise<LockGuard> {
    return this.#guard(await this.acquire(wait));
  }

  /** The blocking twin of `hold`. @throws {TimeoutError} If the time was over first. */
  holdSync(wait?: Wait): LockGuard {
    return this.#guard(this.acquireSync(wait));
  }

  /** Runs `fn` with a permit; gives it back also when `fn` throws. */
  async runExclusive<R>(fn: () => R | PromiseLike<R>): Promise<R> {
    using _guard = await this.hold();
    return await fn();
  }

  /** The blocking twin of `runExclusive`, for a function that does not wait. */
  runExclusiveSync<R>(fn: () => R): R {
    using _guard = this.holdSync();
    return fn();
  }

  /** Free permits, who has the others, and how many wait, as of now. */
  snapshot(): SemaphoreSnapshot {
    const holders = [...holdsOn(this.object.at)]
      .filter((hold) => hold.count > 0)
      .map((hold) => ({ ...(nameHolder(hold.owner) as Holder), permits: hold.count }));
    return { value: this.getValue(), waiters: this.#waiting.count, holders };
  }

  /** Called with the latch held, before `n` permits are given back. */
  protected checkRelease(n: number): void {
    if (this.object.load(Word.value) + n > MOST)
      throw new StateError(`a semaphore counts to ${MOST} at most`);
  }

  /** Free permits plus those out. */
  protected get total(): number {
    return this.object.load(Word.total);
  }

  readonly #take = (): true | undefined => this.tryAcquire() || undefined;

  readonly #options = {
    beforeSleep: () => suspectAll(() => this.#holders()),
  };

  #holders(): AgentId[] {
    return holdsOn(this.object.at)
      .filter((hold) => hold.count > 0)
      .map((hold) => hold.owner);
  }

  #guard(taken: boolean): LockGuard {
    if (!taken) throw new TimeoutError('no permit was free in time');
    return new LockGuard(() => this.release(), false);
  }

  #ownHold(): HoldCell {
    this.#hold ??= HoldCell.take(this.object.at, 0, 0);
    return this.#hold;
  }

  /** Takes `n` permits off the holds: own ones first, then the longest held, then the total grows. */
  #settle(n: number): void {
    let left = this.#hold ? take(this.#hold, n) : n;
    if (left === 0) return;
    const others = holdsOn(this.object.at);
    if (others.length > 1) others.sort((a, b) => (a.ticket - b.ticket) | 0);
    for (const hold of others) left = take(hold, left);
    if (left > 0) this.object.store(Word.total, this.total + left);
  }
}

/** A semaphore that is never released more often than acquired; the counterpart of `multiprocessing.BoundedSemaphore`. */
export class BoundedSemaphore extends Semaphore {
  constructor(value?: number | Existing) {
    super(value, boundedKind);
  }

  /**
   * Gives `n` permits back.
   * @throws {StateError} If that would be more than there were at first.
   */
  override release(n = 1): void {
    super.release(n);
  }

  protected override checkRelease(n: number): void {
    if (this.getValue() + n > this.total) {
      throw new StateError(
        `release(${n}) of a bounded semaphore with ${this.getValue()} of ${this.total} permits free`,
      );
    }
  }
}

shipAs(semaphoreKind, (existing) => new Semaphore(existing));
shipAs(boundedKind, (existing) => new BoundedSemaphore(existing));

function checked(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > MOST) {
    throw new RangeError(`a semaphore's value is a whole number from 0 to ${MOST}, got ${value}`);
  }
  return value;
}

/** Takes at most `n` permits off a hold; how many more there are to take. */
function take(hold: HoldCell, n: number): number {
  const taken = Math.min(n, hold.count);
  if (taken > 0) hold.count -= taken;
  return n - taken;
}

function guarded<R>(object: ObjectWords, change: () => R): R {
  const guard = object.base + Word.guard;
  if (takeLatch(object.words, guard, object.pointer)) recount(object);
  try {
    return change();
  } finally {
    releaseLatch(object.words, guard, object.pointer);
  }
}

function recount(object: ObjectWords): void {
  let out = 0;
  for (const hold of holdsOn(object.at)) out += hold.count;
  object.store(Word.value, object.load(Word.total) - out);
}

function recountTo(object: ObjectWords, value: number): void {
  CHAOS: killPoint('semaphore.release.half');
  object.store(Word.value, value);
}
