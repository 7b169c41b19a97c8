// Arrays that hold only strings: joined into a few long ones, which are written and read natively, and cut up again.
//
//   STRINGS │ varint length │ varint length of each string │ groups, each a string
//
// A group is as many strings as have GROUP_LENGTH characters together, or one that has more. A cut of 13 characters or
// more keeps the whole it was cut from alive: that is why groups are short.

import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { STRINGS } from './tags.js';

/** Below this length, strings one by one are as fast. */
export const STRINGS_WORTH = 6;
const GROUP_LENGTH = 4096;

/**
 * Writes an array that begins with a string.
 * @returns Whether all of the first `length` elements are strings; if not, nothing is written.
 */
export function writeStrings(out: ByteWriter, array: readonly unknown[], length: number): boolean {
  const start = out.at;
  const groups: string[] = [];
  out.u8(STRINGS);
  out.varint(length);
  // Five bytes are room for any length.
  out.reserve(length * 5);
  const { bytes } = out;
  let { at } = out;
  let group = '';
  let total = 0;
  for (let i = 0; i < length; i++) {
    const text = array[i];
    if (typeof text !== 'string') {
      out.at = start;
      return false;
    }
    let size = text.length;
    if (total + size > GROUP_LENGTH && total > 0) {
      groups.push(group);
      group = text;
      total = size;
    } else {
      group += text;
      total += size;
    }
    for (; size > 127; size >>>= 7) bytes[at++] = (size & 127) | 128;
    bytes[at++] = size;
  }
  out.at = at;
  for (const whole of groups) out.string(whole);
  out.string(group);
  return true;
}

export function readStrings(input: ByteReader): string[] {
  const length = input.count(1);
  const array = new Array<string>(length);
  const lengths = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const size = input.varint();
    if (size > input.end) input.corrupt(`a string of ${size} characters is too long`);
    lengths[i] = size;
  }
  let first = 0;
  while (first < length) {
    let total = lengths[first];
    let next = first + 1;
    while (next < length && (total === 0 || total + lengths[next] <= GROUP_LENGTH)) total += lengths[next++];
    const group = input.string();
    if (group.length !== total) input.corrupt('a group of strings has another length');
    let at = 0;
    for (; first < next; first++) {
      const end = at + lengths[first];
      array[first] = group.substring(at, end);
      at = end;
    }
  }
  if (length === 0 && input.string() !== '') input.corrupt('strings that nobody has follow');
  return array;
}
