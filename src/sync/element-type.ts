// How the elements of one type are checked, added up and kept: whole numbers, 64-bit whole numbers, floats, clamped bytes.
//
//   value ──check──► value as it is kept ──toAtom──► integer of the same width, for compare-and-swap
//
// A float is compared and swapped by its bits, so that every element of every type is changed atomically without a lock.

/** An element: a bigint where the type has 64 bits, a number otherwise. */
export type Numeric = number | bigint;

/** What is asked of an array of elements; every typed array has it. */
export interface TypedElements {
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  readonly length: number;
  [index: number]: Numeric;
}

/** `Int32Array`, `Float64Array`, … */
export interface TypedArrayClass {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TypedElements;
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): TypedElements;
}

export interface ElementType {
  /** As the user says it: `'i'` or `Int32Array`. */
  readonly name: string;
  readonly sizeBytes: number;
  /** The class of the elements, and one of integers of the same width: the same class for integers. */
  readonly elements: TypedArrayClass;
  readonly atoms: TypedArrayClass;
  /**
   * The value as it will be kept.
   * @throws {TypeError} If it is of another type. {RangeError} If the elements can't hold it.
   */
  check(value: unknown): Numeric;
  /** The sum as it will be kept. Throws as `check` does, for `n` and for the sum. */
  sum(before: Numeric, n: unknown): Numeric;
  toAtom(value: Numeric): Numeric;
  fromAtom(atom: Numeric): Numeric;
}

/** Whole numbers of up to 32 bits. */
export function wholeNumbers(
  name: string,
  elements: TypedArrayClass,
  least: number,
  most: number,
): ElementType {
  const check = (value: unknown): number => {
    if (typeof value !== 'number') throw wrongType(name, 'numbers', value);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new RangeError(`${name} holds whole numbers from ${least} to ${most}, got ${value}`);
    }
    return value + 0; // no -0
  };
  return {
    ...sameAtoms(name, elements),
    check,
    sum(before, n) {
      if (typeof n !== 'number') throw wrongType(name, 'numbers', n);
      if (!Number.isSafeInteger(n)) throw new RangeError(`${name} holds whole numbers, ${n} can't be added`);
      return check((before as number) + n);
    },
  };
}

/** Whole numbers of 64 bits: bigints. A number that is whole and safe is taken too. */
export function wideNumbers(
  name: string,
  elements: TypedArrayClass,
  least: bigint,
  most: bigint,
): ElementType {
  const toBigInt = (value: unknown): bigint => {
    if (typeof value === 'bigint') return value;
    if (typeof value !== 'number') throw wrongType(name, 'bigints (and safe whole numbers)', value);
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(
        `${name} holds 64-bit whole numbers, got ${value}: give a bigint, or a safe whole number`,
      );
    }
    return BigInt(value);
  };
  const check = (value: unknown): bigint => {
    const wide = toBigInt(value);
    if (wide < least || wide > most) {
      throw new RangeError(`${name} holds whole numbers from ${least} to ${most}, got ${wide}`);
    }
    return wide;
  };
  return {
    ...sameAtoms(name, elements),
    check,
    sum: (before, n) => check((before as bigint) + toBigInt(n)),
  };
}

/** Floating point: any number, rounded to what the width can hold. */
export function floats(name: string, elements: TypedArrayClass, atoms: TypedArrayClass): ElementType {
  const scratch = new elements(1);
  const bits = new atoms(scratch.buffer);
  const check = (value: unknown): number => {
    if (typeof value !== 'number') throw wrongType(name, 'numbers', value);
    scratch[0] = value;
    return scratch[0] as number;
  };
  return {
    name,
    sizeBytes: elements.BYTES_PER_ELEMENT,
    elements,
    atoms,
    check,
    sum: (before, n) => check((before as number) + check(n)),
    toAtom(value) {
      scratch[0] = value;
      return bits[0];
    },
    fromAtom(atom) {
      bits[0] = atom;
      return scratch[0];
    },
  };
}

/** Bytes that take any number and hold the nearest one from 0 to 255, as `Uint8ClampedArray` does. */
export function clampedBytes(): ElementType {
  const name = 'Uint8ClampedArray';
  const scratch = new Uint8ClampedArray(1);
  const check = (value: unknown): number => {
    if (typeof value !== 'number') throw wrongType(name, 'numbers', value);
    scratch[0] = value;
    return scratch[0];
  };
  return {
    ...sameAtoms(name, Uint8ClampedArray),
    atoms: Uint8Array,
    check,
    sum(before, n) {
      if (typeof n !== 'number') throw wrongType(name, 'numbers', n);
      return check((before as number) + n);
    },
  };
}

function sameAtoms(name: string, elements: TypedArrayClass): Omit<ElementType, 'check' | 'sum'> {
  const asItIs = (value: Numeric) => value;
  return {
    name,
    sizeBytes: elements.BYTES_PER_ELEMENT,
    elements,
    atoms: elements,
    toAtom: asItIs,
    fromAtom: asItIs,
  };
}

function wrongType(name: string, what: string, value: unknown): TypeError {
  const got =
    value === null ? 'null' : typeof value === 'number' ? `the number ${value}` : `a ${typeof value}`;
  return new TypeError(`${name} holds ${what}, got ${got}`);
}
