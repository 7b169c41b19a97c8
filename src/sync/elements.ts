// A row of numbers in shared memory, each read, written and changed atomically.
//
// A change is a loop around one compare-and-swap: nobody ever waits for it, and a process that is killed in it has either
// made its change or not.

import type { ElementType, Numeric, TypedElements } from './element-type.js';

// The language's types want another overload for bigints: at run time it is one function.
const atomic = Atomics as unknown as {
  load(atoms: TypedElements, index: number): Numeric;
  store(atoms: TypedElements, index: number, value: Numeric): void;
  compareExchange(atoms: TypedElements, index: number, expected: Numeric, value: Numeric): Numeric;
};

export class Elements {
  readonly type: ElementType;
  readonly array: TypedElements;
  /** The same memory as integers. */
  readonly #atoms: TypedElements;
  readonly #floating: boolean;

  constructor(type: ElementType, buffer: ArrayBuffer, byteOffset: number, length: number) {
    this.type = type;
    this.array = new type.elements(buffer, byteOffset, length);
    this.#atoms = type.atoms === type.elements ? this.array : new type.atoms(buffer, byteOffset, length);
    this.#floating = type.atoms !== type.elements && type.atoms !== Uint8Array;
  }

  load(index: number): Numeric {
    return this.#floating ? this.array[index] : atomic.load(this.#atoms, index);
  }

  /** @throws {TypeError} {RangeError} If the elements can't hold the value. */
  store(index: number, value: unknown): void {
    const checked = this.type.check(value);
    if (this.#floating) this.array[index] = checked;
    else atomic.store(this.#atoms, index, checked);
  }

  /** Adds `n`; what was there before. @throws {RangeError} If the elements can't hold the sum; nothing has changed then. */
  add(index: number, n: unknown): Numeric {
    const { type } = this;
    for (;;) {
      const atom = atomic.load(this.#atoms, index);
      const before = type.fromAtom(atom);
      if (this.#swap(index, atom, type.sum(before, n))) return before;
    }
  }

  /** Puts `replacement` in if `expected` is there; what was there before. NaN is equal to NaN, and 0 to -0. */
  compareExchange(index: number, expected: unknown, replacement: unknown): Numeric {
    const { type } = this;
    const wanted = type.check(expected);
    const next = type.check(replacement);
    for (;;) {
      const atom = atomic.load(this.#atoms, index);
      const before = type.fromAtom(atom);
      if (before !== wanted && !Object.is(before, wanted)) return before;
      if (this.#swap(index, atom, next)) return before;
    }
  }

  /** Puts in what `fn` makes of the element; what is there now. `fn` runs again if another process was faster. */
  update(index: number, fn: (value: never) => unknown): Numeric {
    const { type } = this;
    for (;;) {
      const atom = atomic.load(this.#atoms, index);
      const next = type.check(fn(type.fromAtom(atom) as never));
      if (this.#swap(index, atom, next)) return next;
    }
  }

  /** Puts all values in, from the first element on. */
  fill(values: ArrayLike<unknown>): void {
    const { type, array } = this;
    if (values instanceof type.elements) {
      (array as TypedElements & { set(from: ArrayLike<unknown>): void }).set(values);
      return;
    }
    for (let index = 0; index < values.length; index++) array[index] = type.check(values[index]);
  }

  #swap(index: number, atom: Numeric, next: Numeric): boolean {
    return atomic.compareExchange(this.#atoms, index, atom, this.type.toAtom(next)) === atom;
  }
}
