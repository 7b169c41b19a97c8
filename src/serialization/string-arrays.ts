// Arrays that hold only strings: joined into a few long ones, which are written and read natively, and cut up again.
//
//   STRINGS │ varint length │ varint length of each string │ chunks
//   chunk   │ a string: all of its characters      or      STRINGS │ groups, each a string, if some characters take two bytes
//
// A chunk is as many strings as have CHUNK_LENGTH characters together, or one that has more; a group is the same of
// GROUP_LENGTH, within a chunk. The reader makes groups in any case: a cut of 13 characters or more keeps the whole it was
// cut from alive, so that must be short.

import type { ByteReader } from './byte-reader.js';
import { BEYOND_LATIN1, type ByteWriter } from './byte-writer.js';
import { STRINGS } from './tags.js';

/** Below this length, strings one by one are as fast. */
export const STRINGS_WORTH = 6;
const CHUNK_LENGTH = 1 << 15;
const GROUP_LENGTH = 4096;

/**
 * Writes an array that begins with a string.
 * @returns Whether all of the first `length` elements are strings; if not, nothing is written.
 */
export function writeStrings(out: ByteWriter, array: readonly unknown[], length: number): boolean {
  const start = out.at;
  const ends: number[] = [];
  out.u8(STRINGS);
  out.varint(length);
  // Five bytes are room for any length.
  out.reserve(length * 5);
  const { bytes } = out;
  let { at } = out;
  let total = 0;
  for (let i = 0; i < length; i++) {
    const text = array[i];
    if (typeof text !== 'string') {
      out.at = start;
      return false;
    }
    let size = text.length;
    if (total + size > CHUNK_LENGTH && total > 0) {
      ends.push(i);
      total = size;
    } else {
      total += size;
    }
    for (; size > 127; size >>>= 7) bytes[at++] = (size & 127) | 128;
    bytes[at++] = size;
  }
  out.at = at;
  ends.push(length);
  let first = 0;
  for (const end of ends) {
    writeChunk(out, array, first, end);
    first = end;
  }
  return true;
}

function writeChunk(out: ByteWriter, array: readonly unknown[], first: number, end: number): void {
  const chunk = joined(array, first, end);
  if (chunk.length <= GROUP_LENGTH || !BEYOND_LATIN1.test(chunk)) {
    out.string(chunk);
    return;
  }
  out.u8(STRINGS);
  let from = 0;
  let to = 0;
  for (let i = first; i < end; i++) {
    const { length } = array[i] as string;
    if (to + length - from > GROUP_LENGTH && to > from) {
      out.string(chunk.substring(from, to));
      from = to;
    }
    to += length;
  }
  out.string(chunk.substring(from, to));
}

const { join, slice } = Array.prototype;

/** The strings from number `first` up to `end` as one, in one native call: a sum of them is a tree that must be made flat. */
function joined(array: readonly unknown[], first: number, end: number): string {
  if (end - first === 1) return array[first] as string;
  if (first === 0 && end === array.length) return join.call(array, '');
  if (Object.getPrototypeOf(array) === Array.prototype) return join.call(slice.call(array, first, end), '');
  let text = ''; // of a subclass, `slice` would call the constructor
  for (let i = first; i < end; i++) text += array[i] as string;
  return text;
}

/** The lengths of one array at a time, if they are so few: a new list would be memory outside the heap, which costs more. */
const LENGTHS_KEPT = 1 << 12;
const keptLengths = new Uint32Array(LENGTHS_KEPT);

export function readStrings(input: ByteReader): string[] {
  const length = input.count(1);
  const array = new Array<string>(length);
  const lengths = length > LENGTHS_KEPT ? new Uint32Array(length) : keptLengths;
  readLengths(input, lengths, length);
  for (let first = 0; first < length; ) {
    const end = groupEnd(lengths, first, length, CHUNK_LENGTH);
    if (input.bytes[input.at] === STRINGS) {
      input.at++;
      while (first < end) {
        const next = groupEnd(lengths, first, end, GROUP_LENGTH);
        cut(input, input.string(), array, lengths, first, next);
        first = next;
      }
    } else {
      readChunk(input, array, lengths, first, end);
      first = end;
    }
  }
  if (length === 0 && input.string() !== '') input.corrupt('strings that nobody has follow');
  return array;
}

function readLengths(input: ByteReader, lengths: Uint32Array, length: number): void {
  const { bytes, end } = input;
  let i = 0;
  while (i < length) {
    let { at } = input;
    // Those of one byte, which are nearly all.
    while (i < length && at < end && bytes[at] < 128) lengths[i++] = bytes[at++];
    input.at = at;
    if (i === length) return;
    const size = input.varint();
    if (size > end) input.corrupt(`a string of ${size} characters is too long`);
    lengths[i++] = size;
  }
}

/** Behind the last of the strings, from number `first` on, that have up to `most` characters together, or alone more. */
function groupEnd(lengths: Uint32Array, first: number, end: number, most: number): number {
  let total = lengths[first];
  let next = first + 1;
  while (next < end && (total === 0 || total + lengths[next] <= most)) total += lengths[next++];
  return next;
}

/** A chunk that is one string. */
function readChunk(
  input: ByteReader,
  array: string[],
  lengths: Uint32Array,
  first: number,
  end: number,
): void {
  let left = input.latin1Length();
  if (left < 0) {
    cut(input, input.string(), array, lengths, first, end);
    return;
  }
  while (first < end) {
    const next = groupEnd(lengths, first, end, GROUP_LENGTH);
    let total = 0;
    for (let i = first; i < next; i++) total += lengths[i];
    left -= total;
    if (left < 0) break;
    cut(input, input.latin1(total), array, lengths, first, next);
    first = next;
  }
  if (left !== 0) input.corrupt('a group of strings has another length');
}

/** Cuts the strings from number `first` up to `end` from the whole of them. */
function cut(
  input: ByteReader,
  whole: string,
  array: string[],
  lengths: Uint32Array,
  first: number,
  end: number,
): void {
  let at = 0;
  for (let i = first; i < end; i++) {
    const next = at + lengths[i];
    array[i] = whole.substring(at, next);
    at = next;
  }
  if (at !== whole.length) input.corrupt('a group of strings has another length');
}
