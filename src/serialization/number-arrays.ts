// Arrays that hold only numbers: all elements as four-byte integers or as doubles, moved natively.
//
//   INT32S  │ varint length │ 4 bytes each        DOUBLES │ varint length │ 8 bytes each        little endian

import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DOUBLES, INT32S } from './tags.js';

/** Below this length, small integers as single bytes are shorter and as fast. */
export const NUMBERS_WORTH = 8;

/** Which tag suits the elements, or 0 if they are not all numbers. */
export function numbersTag(array: readonly unknown[]): number {
  let integers = true;
  for (let i = 0; i < array.length; i++) {
    const value = array[i];
    if (typeof value !== 'number') return 0;
    if (integers && ((value | 0) !== value || (value === 0 && 1 / value < 0))) integers = false;
  }
  return integers ? INT32S : DOUBLES;
}

export function writeNumbers(out: ByteWriter, array: readonly number[], tag: number): void {
  const numbers = tag === INT32S ? new Int32Array(array) : new Float64Array(array);
  out.u8(tag);
  out.varint(array.length);
  out.raw(new Uint8Array(numbers.buffer));
}

export function readNumbers(input: ByteReader, tag: number): number[] {
  const size = tag === INT32S ? 4 : 8;
  const length = input.count(size);
  const bytes = new Uint8Array(length * size);
  bytes.set(input.raw(bytes.length));
  const numbers = tag === INT32S ? new Int32Array(bytes.buffer) : new Float64Array(bytes.buffer);
  return tag === INT32S ? listOf(numbers as Int32Array) : listOfDoubles(numbers as Float64Array);
}

// Twice the same, so that each sees one class only.
function listOf(numbers: Int32Array): number[] {
  const array = new Array<number>(numbers.length);
  for (let i = 0; i < array.length; i++) array[i] = numbers[i];
  return array;
}

function listOfDoubles(numbers: Float64Array): number[] {
  const array = new Array<number>(numbers.length);
  for (let i = 0; i < array.length; i++) array[i] = numbers[i];
  return array;
}
