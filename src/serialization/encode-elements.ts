// The elements of an array, holes included: numbers, strings and records in blocks, anything else one by one.
//
//   ARRAY │ varint length │ elements, among them HOLES │ varint number of holes

import { elementAt, Gaps } from './array-facts.js';
import { ALL_INT32, ALL_NUMBERS, INT32_OR_HOLES, NUMBERS_OR_HOLES } from './array-kind.js';
import type { ByteWriter } from './byte-writer.js';
import type { EncodeScope } from './encode-scope.js';
import { copyNumbers, NUMBERS_WORTH, writeFewNumbers, writeNumbers } from './number-arrays.js';
import { encodeRecords, RECORDS_WORTH } from './record-runs.js';
import { STRINGS_WORTH, writeStrings } from './string-arrays.js';
import { ARRAY, COLUMNS_DEPTH, DOUBLES, FALSE, HOLES, INT32S, NULL, TRUE } from './tags.js';
import type { Places } from './value-path.js';

/**
 * @param places Where the elements are, for messages, if not at their indices.
 * @param kind What is known of the array.
 */
export function encodeElements(
  scope: EncodeScope,
  array: readonly unknown[],
  places: Places | undefined,
  kind: number,
): void {
  if (encodeBlocks(scope, array, places, kind)) return;
  scope.out.u8(ARRAY);
  scope.out.varint(array.length);
  encodeMixed(scope, array, 0, array.length, places);
}

/** @returns False if the elements are to be written one by one; then nothing is written. */
function encodeBlocks(
  scope: EncodeScope,
  array: readonly unknown[],
  places: Places | undefined,
  kind: number,
): boolean {
  const { out } = scope;
  const { length } = array;
  const first = length > 0 ? elementAt(array, 0) : undefined;
  switch (typeof first) {
    case 'number':
      if (length < NUMBERS_WORTH) return writeFewNumbers(out, array);
      return copyKnownNumbers(out, array, kind) || writeNumbers(out, array, first);
    case 'string':
      return length >= STRINGS_WORTH && writeStrings(out, array, length);
    case 'object':
      if (first === null || length < RECORDS_WORTH || scope.lenient || !isShallow(places)) return false;
      encodeRuns(scope, array, places);
      return true;
    default:
      return false;
  }
}

const { includes } = Array.prototype;

/** Writes an array of which the engine knows that it holds numbers only. @returns False if that is not known. */
function copyKnownNumbers(out: ByteWriter, array: readonly unknown[], kind: number): boolean {
  const isInts = kind === ALL_INT32 || kind === INT32_OR_HOLES;
  if (!isInts && kind !== ALL_NUMBERS && kind !== NUMBERS_OR_HOLES) return false;
  const mayMiss = kind === INT32_OR_HOLES || kind === NUMBERS_OR_HOLES;
  if (mayMiss && includes.call(array, undefined)) return false; // what is missing is found as such
  copyNumbers(out, array as readonly number[], isInts ? INT32S : DOUBLES);
  return true;
}

/**
 * Records within columns within columns: each level takes but a few bytes. A reader that allowed any number of them could
 * be made to use far more memory than a message is long.
 */
function isShallow(places: Places | undefined): boolean {
  return places?.depth === undefined || places.depth < COLUMNS_DEPTH;
}

/** How many elements are written one by one after a run that was too short; doubled each time. */
const FIRST_PAUSE = 8;
const LONGEST_PAUSE = 512;

/** An array that begins with an object: records where there are runs of them. */
function encodeRuns(scope: EncodeScope, array: readonly unknown[], places: Places | undefined): void {
  const { length } = array;
  scope.out.u8(ARRAY);
  scope.out.varint(length);
  let pause = FIRST_PAUSE;
  let at = 0;
  while (at < length) {
    const value = array[at];
    const rows =
      typeof value === 'object' && value !== null && length - at >= RECORDS_WORTH
        ? encodeRecords(scope, array, at, places)
        : 0;
    at += rows;
    if (rows > RECORDS_WORTH && at === rows) scope.expect(length - at);
    if (rows >= RECORDS_WORTH) continue;
    at = encodeMixed(scope, array, at, Math.min(length, at + pause), places);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

/** Writes elements one by one. @returns Where it stopped: at `end`, or beyond if there are holes. */
function encodeMixed(
  scope: EncodeScope,
  array: readonly unknown[],
  start: number,
  end: number,
  places: Places | undefined,
): number {
  const { out } = scope;
  let gaps: Gaps | undefined;
  let i = start;
  while (i < end) {
    const value = array[i];
    if (typeof value === 'number') out.number(value);
    else if (typeof value === 'string') out.string(value);
    else if (typeof value === 'boolean') out.u8(value ? TRUE : FALSE);
    else if (value === null) out.u8(NULL);
    else if (value === undefined && !(i in array)) {
      const holes = (gaps ??= new Gaps(array)).at(i);
      out.u8(HOLES);
      out.varint(holes);
      i += holes;
      continue;
    } else scope.member(places ? places.at(i) : i, value);
    i++;
  }
  return i;
}
