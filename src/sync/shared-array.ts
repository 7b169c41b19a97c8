// SharedArray: numbers in shared memory, and a lock for what takes several steps.

import { type Handle, registerShippable, SHIP } from '../base/shippable.js';
import type { Lock } from './lock.js';
import { NumberCell } from './number-cell.js';
import { RawArray, rawArrayOf, type SizeOrValues } from './raw-array.js';
import type { RLock } from './rlock.js';
import type { NumberType, PlainNumberType } from './typecode.js';
import { type LockOption, ValueLock } from './value-lock.js';

/**
 * Numbers that every process they reach reads and writes, with a lock; the counterpart of `multiprocessing.Array`.
 *
 * Length, elements, cost and lifetime are as in `RawArray`. `get`, `set`, `add`, `compareExchange` and `update` are atomic
 * for their element and, other than in Python, do not take the lock: they never wait. What spans several steps or elements
 * goes into `runExclusive`, and keeps out those who use `runExclusive` as well.
 */
export class SharedArray<T extends NumberType = PlainNumberType> extends RawArray<T> {
  readonly #lock: ValueLock;

  /**
   * @param type A typecode of Python's (`'i'`, `'d'`, …) or a typed-array class.
   * @param sizeOrValues How many zeros, or the values.
   * @throws {TypeError} If there is no such type, a value is of another one, or `lock` is no lock. {RangeError} If a value
   * does not fit, or the size is no whole number from 0 up, or more than 2 GiB. {SystemCallError} With code ENOSPC if shared
   * memory is full.
   */
  constructor(type: T, sizeOrValues: SizeOrValues<T>, options?: LockOption);
  /** @internal */
  constructor(existing: NumberCell, none: undefined, options: LockOption);
  constructor(type: T | NumberCell, sizeOrValues?: SizeOrValues<T>, options?: LockOption) {
    const lock = new ValueLock(options);
    super(type as T, sizeOrValues as SizeOrValues<T>);
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

  /** The same numbers without the lock. Python's `get_obj()`. */
  get raw(): RawArray<T> {
    return rawArrayOf(this.cell);
  }

  override [SHIP](): Handle {
    const { cell } = this.cell.face('SharedArray', () => this);
    return { kind: 'SharedArray', data: { at: cell.travel(), lock: this.#lock.shipped } };
  }
}

registerShippable('SharedArray', (data) => {
  const { at, lock } = data as { at: unknown } & LockOption;
  const cell = NumberCell.attach(at);
  return cell.face('SharedArray', () => new SharedArray(cell, undefined, { lock }));
});
