// The types of shared numbers: Python's typecodes with the sizes of 64-bit Linux, and JavaScript's typed-array classes.
//
//   'c' uint8   'b' int8    'B' uint8   'h' int16   'H' uint16   'i' int32   'I' uint32   'u' uint32, a code point
//   'l' 'q' int64, bigint   'L' 'Q' uint64, bigint   'f' float32   'd' float64
//
// The number of a type is its place in the table: it is written into shared memory.

import {
  clampedBytes,
  type ElementType,
  floats,
  type TypedArrayClass,
  type TypedElements,
  wholeNumbers,
  wideNumbers,
} from './element-type.js';

interface TypecodeArrays {
  c: Uint8Array<ArrayBuffer>;
  u: Uint32Array<ArrayBuffer>;
  b: Int8Array<ArrayBuffer>;
  B: Uint8Array<ArrayBuffer>;
  h: Int16Array<ArrayBuffer>;
  H: Uint16Array<ArrayBuffer>;
  i: Int32Array<ArrayBuffer>;
  I: Uint32Array<ArrayBuffer>;
  l: BigInt64Array<ArrayBuffer>;
  L: BigUint64Array<ArrayBuffer>;
  q: BigInt64Array<ArrayBuffer>;
  Q: BigUint64Array<ArrayBuffer>;
  f: Float32Array<ArrayBuffer>;
  d: Float64Array<ArrayBuffer>;
}

/** A typecode of Python's `array` and `multiprocessing`. */
export type Typecode = keyof TypecodeArrays;

/** How the type of shared numbers is said: a typecode or a typed-array class. */
export type NumberType = Typecode | TypedArrayClass;

/** The types whose elements are numbers, not bigints: what `SharedArray` means without a type argument. */
export type PlainNumberType =
  | Exclude<Typecode, 'l' | 'L' | 'q' | 'Q'>
  | Int8ArrayConstructor
  | Uint8ArrayConstructor
  | Uint8ClampedArrayConstructor
  | Int16ArrayConstructor
  | Uint16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/** The typed array of a type. */
export type ArrayOf<T extends NumberType> = T extends Typecode
  ? TypecodeArrays[T]
  : T extends { new (length: number): infer A }
    ? A
    : never;

/** An element as it is read: a bigint where it has 64 bits, a number otherwise. */
export type ElementOf<T extends NumberType> = ArrayOf<T> extends TypedElements ? ArrayOf<T>[number] : never;

/** An element as it may be given: for a bigint a whole, safe number too. */
export type GivenElement<T extends NumberType> = ElementOf<T> extends bigint ? bigint | number : number;

const INT64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const UINT64 = [0n, 2n ** 64n - 1n] as const;

const types: ElementType[] = [
  wholeNumbers("'c'", Uint8Array, 0, 0xff),
  wholeNumbers("'u'", Uint32Array, 0, 0xffffffff),
  wholeNumbers("'b'", Int8Array, -0x80, 0x7f),
  wholeNumbers("'B'", Uint8Array, 0, 0xff),
  wholeNumbers("'h'", Int16Array, -0x8000, 0x7fff),
  wholeNumbers("'H'", Uint16Array, 0, 0xffff),
  wholeNumbers("'i'", Int32Array, -0x80000000, 0x7fffffff),
  wholeNumbers("'I'", Uint32Array, 0, 0xffffffff),
  wideNumbers("'l'", BigInt64Array, ...INT64),
  wideNumbers("'L'", BigUint64Array, ...UINT64),
  wideNumbers("'q'", BigInt64Array, ...INT64),
  wideNumbers("'Q'", BigUint64Array, ...UINT64),
  floats("'f'", Float32Array, Int32Array),
  floats("'d'", Float64Array, BigInt64Array),
  wholeNumbers('Int8Array', Int8Array, -0x80, 0x7f),
  wholeNumbers('Uint8Array', Uint8Array, 0, 0xff),
  clampedBytes(),
  wholeNumbers('Int16Array', Int16Array, -0x8000, 0x7fff),
  wholeNumbers('Uint16Array', Uint16Array, 0, 0xffff),
  wholeNumbers('Int32Array', Int32Array, -0x80000000, 0x7fffffff),
  wholeNumbers('Uint32Array', Uint32Array, 0, 0xffffffff),
  floats('Float32Array', Float32Array, Int32Array),
  floats('Float64Array', Float64Array, BigInt64Array),
  wideNumbers('BigInt64Array', BigInt64Array, ...INT64),
  wideNumbers('BigUint64Array', BigUint64Array, ...UINT64),
];

// Node 24 has it. Last, so that the numbers of the others are the same everywhere.
const { Float16Array } = globalThis as { Float16Array?: TypedArrayClass };
if (Float16Array) types.push(floats('Float16Array', Float16Array, Uint16Array));

const numbers = new Map<unknown, number>();
for (const [number, { name, elements }] of types.entries()) {
  numbers.set(name.startsWith("'") ? name.slice(1, -1) : elements, number);
}

/** The number of a type. @throws {TypeError} If there is no such type; the message lists them. */
export function numberOfType(type: unknown): number {
  const number = numbers.get(type);
  if (number !== undefined) return number;
  const got =
    typeof type === 'function'
      ? `the class ${type.name}`
      : typeof type === 'string'
        ? `'${type}'`
        : String(type);
  throw new TypeError(
    `${got} is no type of shared numbers. Known are: ${types.map(({ name }) => name).join(', ')}`,
  );
}

export function typeOfNumber(number: number): ElementType | undefined {
  return types[number];
}
