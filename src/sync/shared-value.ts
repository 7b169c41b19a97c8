// SharedValue: one number in shared memory, and a lock for what takes several steps.

import { type Handle, registerShippable, SHIP } from '../base/shippable.js';
import type { Lock } from './lock.js';
import { NumberCell } from './number-cell.js';
import { RawValue, rawValueOf } from './raw-value.js';
import type { RLock } from './rlock.js';
import type { GivenElement, NumberType, PlainNumberType } from './typecode.js';
import { type LockOption, ValueLock } from './value-lock.js';

/**
 * One number that every process it reaches reads and writes, with a lock; the counterpart of `multiprocessing.Value`.
 *
 * `value`, `add`, `compareExchange` and `update` are atomic in themselves and, other than in Python, do not take the lock:
 * they never wait. So a counter needs no lock (`counter.add(1)`). What takes several steps goes into `runExclusive`,
 * and keeps out those who use `runExclusive` as well.
 */
export class SharedValue<T extends NumberType = PlainNumberType> extends RawValue<T> {
  readonly #lock: ValueLock;

  /**
   * @param type A typecode of Python's (`'i'`, `'d'`, …) or a typed-array class.
   * @param initial Zero if absent.
   * @throws {TypeError} If there is no such type, `initial` is of another one, or `lock` is no lock. {RangeError} If
   * `initial` does not fit. {SystemCallError} With code ENOSPC if shared memory is full.
   */
  constructor(type: T, initial?: GivenElement<T>, options?: LockOption);
  /** @internal */
  constructor(existing: NumberCell, none: undefined, options: LockOption);
  constructor(type: T | NumberCell, initial?: GivenElement<T>, options?: LockOption) {
    const lock = new ValueLock(options);
    super(type as T, initial);
    this.#lock = lock;
  }

  /** The lock; undefined with `{ lock: false }`. Python's `get_lock()`. */
  get lock(): Lock | RLock | undefined {
    return this.#lock.lock;
  }

  /** Runs `fn` while it holds the lock. @throws {StateError} If this was made with `{ lock: false }`. */
  async runExclusive<R>(fn: () => R | PromiseLike<R>): Promise<R> {
    return this.#lock.required.runExclusive(fn);
  }

  /** The blocking twin of `runExclusive`, for a function that does not wait. */
  runExclusiveSync<R>(fn: () => R): R {
    return this.#lock.required.runExclusiveSync(fn);
  }

  /** The same number without the lock. Python's `get_obj()`. */
  get raw(): RawValue<T> {
    return rawValueOf(this.cell);
  }

  override [SHIP](): Handle {
    const { cell } = this.cell.face('SharedValue', () => this);
    return { kind: 'SharedValue', data: { at: cell.travel(), lock: this.#lock.shipped } };
  }
}

registerShippable('SharedValue', (data) => {
  const { at, lock } = data as { at: unknown } & LockOption;
  const cell = NumberCell.attach(at);
  return cell.face('SharedValue', () => new SharedValue(cell, undefined, { lock }));
});
