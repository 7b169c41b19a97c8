// Arrays that hold only numbers: all elements as four-byte integers or as doubles.
//
//   INT32S  │ varint length │ 4 bytes each        DOUBLES │ varint length │ 8 bytes each        little endian

import { elementAt } from './array-facts.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { NumberStage, STAGED } from './number-stage.js';
import { ARRAY, DOUBLES, INT32S } from './tags.js';

/** Below this length, small integers as single bytes are shorter and as fast. */
export const NUMBERS_WORTH = 8;

/** Whether four bytes hold the number: `-0` has no such form. */
export function isInt32(value: number): boolean {
  return (value | 0) === value && (value !== 0 || 1 / value > 0);
}

/**
 * Writes an array that begins with a number.
 * @returns Whether all of its elements are numbers; if not, nothing is written.
 */
export function writeNumbers(out: ByteWriter, array: readonly unknown[], first: number): boolean {
  // Of a subclass, `slice` would call the constructor.
  if ((array.constructor as unknown) !== Array) return false;
  const start = out.at;
  const last = elementAt(array, -1);
  if (typeof last !== 'number') return false;
  if (isInt32(first) && isInt32(last)) {
    const at = writeInts(out, array);
    if (at === array.length) return true;
    out.at = start;
    if (typeof elementAt(array, at) !== 'number') return false;
  }
  if (writeDoubles(out, array)) return true;
  out.at = start;
  return false;
}

/** Writes an array of numbers, all of them there: as doubles, or, if none is -0, as four-byte integers. */
export function copyNumbers(
  out: ByteWriter,
  array: readonly number[],
  tag: typeof INT32S | typeof DOUBLES,
): void {
  const { length } = array;
  const isDoubles = tag === DOUBLES;
  const size = isDoubles ? 8 : 4;
  out.u8(tag);
  out.varint(length);
  if (length <= STAGED) {
    const { stage } = out;
    (isDoubles ? stage.doubles : stage.ints).set(array);
    out.copy(isDoubles ? stage.doubleBytes : stage.intBytes, length * size);
    return;
  }
  const at = out.aligned(size, length);
  const { buffer } = out.bytes;
  const numbers = isDoubles ? new Float64Array(buffer, at, length) : new Int32Array(buffer, at, length);
  numbers.set(array);
  out.pullUp(at, length * size);
}

// A loop that meets arrays of several kinds makes V8 turn those of one kind into those of another, the program's own
// arrays too: of integers into doubles, of doubles into objects. So the loops see copies, which are made natively; and
// `elementAt` learns nothing from what it meets.

/** As `writeNumbers`, one by one. */
export function writeFewNumbers(out: ByteWriter, array: readonly unknown[]): boolean {
  const { length } = array;
  const start = out.at;
  out.u8(ARRAY);
  out.u8(length);
  for (let i = 0; i < length; i++) {
    const value = elementAt(array, i);
    if (typeof value !== 'number') {
      out.at = start;
      return false;
    }
    out.number(value);
  }
  return true;
}

/** @returns How many elements were written: all, or those before the first that is no integer. */
function writeInts(out: ByteWriter, array: readonly unknown[]): number {
  const { length } = array;
  const { ints, intBytes } = out.stage;
  out.u8(INT32S);
  out.varint(length);
  for (let base = 0; base < length; base += STAGED) {
    const part = array.slice(base, base + STAGED);
    const count = part.length;
    for (let i = 0; i < count; i++) {
      const value = part[i];
      if (typeof value !== 'number') return base + i;
      const int = value | 0;
      if (int !== value || (int === 0 && 1 / value < 0)) return base + i;
      ints[i] = int;
    }
    if (base === 0) out.reserve(length * 4);
    out.copy(intBytes, count * 4);
  }
  return length;
}

function writeDoubles(out: ByteWriter, array: readonly unknown[]): boolean {
  const { length } = array;
  const { doubles, doubleBytes } = out.stage;
  out.u8(DOUBLES);
  out.varint(length);
  for (let base = 0; base < length; base += STAGED) {
    const part = array.slice(base, base + STAGED);
    const count = part.length;
    for (let i = 0; i < count; i++) {
      const value = part[i];
      if (typeof value !== 'number') return false;
      doubles[i] = value;
    }
    if (base === 0) out.reserve(length * 8);
    out.copy(doubleBytes, count * 8);
  }
  return true;
}

const received = new NumberStage();

export function readNumbers(input: ByteReader, tag: number): number[] {
  return tag === INT32S ? readInts(input) : readDoubles(input);
}

function readInts(input: ByteReader): number[] {
  const length = input.count(4);
  const array = new Array<number>(length);
  const { ints, intBytes } = received;
  for (let base = 0; base < length; base += STAGED) {
    const count = Math.min(STAGED, length - base);
    intBytes.set(input.raw(count * 4));
    for (let i = 0; i < count; i++) array[base + i] = ints[i];
  }
  return array;
}

function readDoubles(input: ByteReader): number[] {
  const length = input.count(8);
  const array = new Array<number>(length);
  const { doubles, doubleBytes } = received;
  for (let base = 0; base < length; base += STAGED) {
    const count = Math.min(STAGED, length - base);
    doubleBytes.set(input.raw(count * 8));
    for (let i = 0; i < count; i++) array[base + i] = doubles[i];
  }
  return array;
}
