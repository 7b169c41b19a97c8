// RawValue: one number in shared memory, without a lock.

import { type Handle, registerShippable, SHIP, type Shippable } from '../base/shippable.js';
import { NumberCell } from './number-cell.js';
import {
  type ElementOf,
  type GivenElement,
  type NumberType,
  numberOfType,
  type PlainNumberType,
} from './typecode.js';

/**
 * One number that every process it reaches reads and writes; the counterpart of `multiprocessing.RawValue`.
 *
 * Every member is atomic in itself and never waits, whoever dies in the middle; for several steps that belong together
 * take a `SharedValue` and its lock. A 64-bit type (`'l'`, `'L'`, `'q'`, `'Q'`, `BigInt64Array`, `BigUint64Array`) reads as
 * a bigint, and takes bigints and safe whole numbers. Costs 64 bytes of shared memory.
 */
export class RawValue<T extends NumberType = PlainNumberType> implements Shippable {
  readonly #cell: NumberCell;

  /**
   * @param type A typecode of Python's (`'i'`, `'d'`, …) or a typed-array class.
   * @param initial Zero if absent.
   * @throws {TypeError} If there is no such type, or `initial` is of another one. {RangeError} If it does not fit.
   * {SystemCallError} With code ENOSPC if shared memory is full.
   */
  constructor(type: T, initial?: GivenElement<T>);
  /** @internal */
  constructor(existing: NumberCell);
  constructor(type: T | NumberCell, initial?: GivenElement<T>) {
    if (type instanceof NumberCell) {
      this.#cell = type;
    } else {
      this.#cell = NumberCell.create(numberOfType(type), 1);
      if (initial !== undefined) this.#cell.elements.store(0, initial);
    }
  }

  get value(): ElementOf<T> {
    return this.#cell.elements.load(0) as ElementOf<T>;
  }

  /** @throws {TypeError} If it is of another type. {RangeError} If it does not fit: nothing wraps around. */
  set value(value: GivenElement<T>) {
    this.#cell.elements.store(0, value);
  }

  /**
   * Adds `n` in one atomic step.
   * @returns The value before, as `Atomics.add` does.
   * @throws {TypeError} If `n` is of another type. {RangeError} If the sum does not fit; the value stays then.
   */
  add(n: GivenElement<T>): ElementOf<T> {
    return this.#cell.elements.add(0, n) as ElementOf<T>;
  }

  /**
   * Puts `replacement` in if the value is `expected`, in one atomic step.
   * @returns The value before, as `Atomics.compareExchange` does: it was replaced if that is `expected`.
   */
  compareExchange(expected: GivenElement<T>, replacement: GivenElement<T>): ElementOf<T> {
    return this.#cell.elements.compareExchange(0, expected, replacement) as ElementOf<T>;
  }

  /**
   * Replaces the value by what `fn` makes of it, in one atomic step.
   * @param fn Must do nothing but compute: it runs again if another process has changed the value meanwhile.
   * @returns The new value.
   */
  update(fn: (value: ElementOf<T>) => GivenElement<T>): ElementOf<T> {
    return this.#cell.elements.update(0, fn) as ElementOf<T>;
  }

  [SHIP](): Handle {
    return { kind: 'RawValue', data: this.#cell.face('RawValue', () => this).cell.travel() };
  }

  /** Where the number is; for the classes of this library. @internal */
  protected get cell(): NumberCell {
    return this.#cell;
  }
}

registerShippable('RawValue', (data) => rawValueOf(NumberCell.attach(data)));

/** The RawValue of a cell: the same one every time. */
export function rawValueOf<T extends NumberType>(cell: NumberCell): RawValue<T> {
  return cell.face('RawValue', () => new RawValue<T>(cell));
}
