// RawArray: numbers in shared memory, without a lock.

import { type Handle, registerShippable, SHIP, type Shippable } from '../base/shippable.js';
import type { Elements } from './elements.js';
import { MOST_BYTES, NumberCell } from './number-cell.js';
import {
  type ArrayOf,
  type ElementOf,
  type GivenElement,
  type NumberType,
  numberOfType,
  type PlainNumberType,
  typeOfNumber,
} from './typecode.js';

/** What an array is made of: how many zeros, or the values. */
export type SizeOrValues<T extends NumberType> =
  | number
  | Iterable<GivenElement<T>>
  | ArrayLike<GivenElement<T>>;

/**
 * Numbers that every process they reach reads and writes; the counterpart of `multiprocessing.RawArray`.
 *
 * Of fixed length, up to 2 GiB. Each member is atomic for its one element and never waits; what spans several elements
 * needs a `SharedArray` and its lock. Elements are as in `RawValue`. Not for values other than numbers: see `ShareableList`.
 *
 * Up to 40 bytes cost 64 bytes of shared memory, more are rounded up to 4 KiB and further sizes; above 4 MiB an array has
 * a file of its own, which another process maps without copying. An array that was never sent is freed when it is
 * collected, and what was sent when the session ends, or by `close()`.
 */
export class RawArray<T extends NumberType = PlainNumberType> implements Shippable {
  readonly #cell: NumberCell;

  /**
   * @param type A typecode of Python's (`'i'`, `'d'`, …) or a typed-array class.
   * @throws {TypeError} If there is no such type, or a value is of another one. {RangeError} If a value does not fit, or
   * the size is no whole number from 0 up, or more than 2 GiB. {SystemCallError} With code ENOSPC if shared memory is full.
   */
  constructor(type: T, sizeOrValues: SizeOrValues<T>);
  /** @internal */
  constructor(existing: NumberCell);
  constructor(type: T | NumberCell, sizeOrValues?: SizeOrValues<T>) {
    this.#cell = type instanceof NumberCell ? type : create(numberOfType(type), sizeOrValues);
  }

  get length(): number {
    return this.#cell.length;
  }

  /** @throws {RangeError} If there is no such index. {ClosedError} After `close()`. */
  get(index: number): ElementOf<T> {
    return this.#at(index).load(index) as ElementOf<T>;
  }

  /** @throws {RangeError} If there is no such index, or the value does not fit. {TypeError} If it is of another type. */
  set(index: number, value: GivenElement<T>): void {
    this.#at(index).store(index, value);
  }

  /**
   * Adds `n` to an element in one atomic step.
   * @returns The element before, as `Atomics.add` does.
   * @throws {RangeError} If there is no such index, or the sum does not fit; the element stays then.
   */
  add(index: number, n: GivenElement<T>): ElementOf<T> {
    return this.#at(index).add(index, n) as ElementOf<T>;
  }

  /**
   * Puts `replacement` in if the element is `expected`, in one atomic step.
   * @returns The element before, as `Atomics.compareExchange` does: it was replaced if that is `expected`.
   */
  compareExchange(index: number, expected: GivenElement<T>, replacement: GivenElement<T>): ElementOf<T> {
    return this.#at(index).compareExchange(index, expected, replacement) as ElementOf<T>;
  }

  /**
   * Replaces an element by what `fn` makes of it, in one atomic step.
   * @param fn Must do nothing but compute: it runs again if another process has changed the element meanwhile.
   * @returns The new element.
   */
  update(index: number, fn: (value: ElementOf<T>) => GivenElement<T>): ElementOf<T> {
    return this.#at(index).update(index, fn) as ElementOf<T>;
  }

  /**
   * The typed array itself, on the shared memory: for computing on many elements, as fast as any typed array, and as
   * unchecked (a value that does not fit wraps around). Put into a message it is copied; send the shared array instead.
   */
  get array(): ArrayOf<T> {
    return this.#cell.view as ArrayOf<T>;
  }

  *[Symbol.iterator](): IterableIterator<ElementOf<T>> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }

  /**
   * This process needs the numbers no more: using them again is a ClosedError, and an `array` above 4 MiB reads zeros.
   * Called by the process that made an array above 4 MiB, it gives the memory back as soon as no process has it mapped,
   * and whoever receives the array later gets ClosedError.
   */
  close(): void {
    this.#cell.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [SHIP](): Handle {
    return { kind: 'RawArray', data: this.#cell.face('RawArray', () => this).cell.travel() };
  }

  /** Where the numbers are; for the classes of this library. @internal */
  protected get cell(): NumberCell {
    return this.#cell;
  }

  #at(index: number): Elements {
    const { elements, length } = this.#cell;
    if (index >= 0 && index < length && Number.isInteger(index)) return elements;
    if (typeof index !== 'number') throw new TypeError(`an index is a number, got a ${typeof index}`);
    throw new RangeError(`there is no element ${index} in an array of ${length}`);
  }
}

registerShippable('RawArray', (data) => rawArrayOf(NumberCell.attach(data)));

/** The RawArray of a cell: the same one every time. */
export function rawArrayOf<T extends NumberType>(cell: NumberCell): RawArray<T> {
  return cell.face('RawArray', () => new RawArray<T>(cell));
}

function create(typeNumber: number, sizeOrValues: unknown): NumberCell {
  if (typeof sizeOrValues === 'number')
    return NumberCell.create(typeNumber, checkedLength(typeNumber, sizeOrValues));
  const values = valuesOf(sizeOrValues);
  const cell = NumberCell.create(typeNumber, checkedLength(typeNumber, values.length));
  cell.elements.fill(values);
  return cell;
}

function valuesOf(given: unknown): ArrayLike<unknown> {
  if (Array.isArray(given) || (ArrayBuffer.isView(given) && 'length' in given))
    return given as ArrayLike<unknown>;
  if (typeof given === 'object' && given !== null) {
    if (Symbol.iterator in given) return [...(given as Iterable<unknown>)];
    if ('length' in given) return Array.from(given as ArrayLike<unknown>);
  }
  const hint = typeof given === 'string' ? ': for text give Buffer.from(text)' : '';
  throw new TypeError(`an array is made of its length or its values, got a ${typeof given}${hint}`);
}

function checkedLength(typeNumber: number, length: number): number {
  const most = Math.floor(MOST_BYTES / (typeOfNumber(typeNumber)?.sizeBytes ?? 1));
  if (Number.isInteger(length) && length >= 0 && length <= most) return length;
  throw new RangeError(
    `an array of this type has a whole number of elements from 0 to ${most}, got ${length}`,
  );
}
