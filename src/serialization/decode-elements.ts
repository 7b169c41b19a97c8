// The elements of an array as they are read: blocks of numbers, strings and records, or one by one. See encode-elements.ts
// and record-runs.ts.

import { type DecodeScope, defineValue, PoisonedPlace } from './decode-scope.js';
import { readNumbers } from './number-arrays.js';
import { definePoison } from './poison.js';
import { readStrings } from './string-arrays.js';
import { ARRAY, COLUMNS_DEPTH, DOUBLES, HOLES, INT32S, RECORDS, STRINGS } from './tags.js';

/** An array's elements, holes among them; its tag was read, and is that of `ARRAY`. */
export function readArray(scope: DecodeScope, target: unknown[]): void {
  readMixed(scope, target, WITH_HOLES);
}

/** Elements without holes, written as those of an array. */
export function readDense(scope: DecodeScope): unknown[] {
  return readColumn(scope, 0);
}

/** Elements into an array that is there, holes among them. */
export function readElements(scope: DecodeScope, target: unknown[]): void {
  const tag = scope.input.u8();
  if (tag === ARRAY) readMixed(scope, target, WITH_HOLES);
  else for (const element of readBlock(scope, tag)) target.push(element);
}

const WITH_HOLES = -1;

function readBlock({ input }: DecodeScope, tag: number): unknown[] {
  if (tag === DOUBLES || tag === INT32S) return readNumbers(input, tag);
  return tag === STRINGS ? readStrings(input) : input.corrupt('an array is missing');
}

/** @param level How many columns around the elements are columns of records; or WITH_HOLES, in an array of the program's. */
function readMixed(scope: DecodeScope, array: unknown[], level: number): void {
  const { input } = scope;
  const length = input.varint();
  if (length > 0xffffffff) input.corrupt('an array is too long');
  scope.enter();
  let index = 0;
  while (index < length) {
    const next = input.at < input.end ? input.bytes[input.at] : input.u8();
    if (next === RECORDS) {
      input.at++;
      index = readRecords(scope, array, index, length, Math.max(0, level));
    } else if (next === HOLES) {
      if (level !== WITH_HOLES) input.corrupt('a list has holes');
      input.at++;
      index += input.varint();
    } else {
      const value = level > 0 ? scope.property() : scope.value(); // what stands in a record's column becomes a property
      if (index === array.length) array.push(value);
      else array[index] = value;
      index++;
    }
  }
  scope.leave();
  if (index !== length) input.corrupt('an array has too many holes');
  if (array.length < length) setLength(array, length);
}

/** Makes a long array with few elements: V8 would take memory for all of it if the length came first. */
function setLength(array: unknown[], length: number): void {
  if (length - array.length > 1000) {
    array[length - 1] = undefined;
    delete array[length - 1];
  } else {
    array.length = length;
  }
}

/** Rows are numbered before their values are read, which may refer to them. @returns The index behind them. */
function readRecords(
  scope: DecodeScope,
  array: unknown[],
  start: number,
  end: number,
  level: number,
): number {
  const { input } = scope;
  // Rows can't cost more than bytes: each column has a byte for each, but for those of records, and of these there are few.
  const count = input.count(1);
  if (count > end - start) input.corrupt('an array has too many records');
  if (level >= COLUMNS_DEPTH) input.corrupt('records are nested too deeply');
  const { keys, special } = scope.shape();
  if (keys.length === 0) input.corrupt('records have no keys');
  const rows: Record<string, unknown>[] = [];
  for (let i = 0; i < count; i++) rows.push(scope.node({}));
  for (const key of keys) {
    const isMixed = input.bytes[input.at] === ARRAY;
    const values = readColumn(scope, level + 1);
    if (values.length !== count) input.corrupt('a column has another length');
    if (special || isMixed) for (let i = 0; i < count; i++) setProperty(rows[i], key, values[i], special);
    else for (let i = 0; i < count; i++) rows[i][key] = values[i];
  }
  for (let i = 0; i < count; i++) array[start + i] = rows[i];
  return start + count;
}

function setProperty(row: Record<string, unknown>, key: string, value: unknown, special: boolean): void {
  if (typeof value === 'object' && value instanceof PoisonedPlace) definePoison(row, key, value.message);
  else if (special) defineValue(row, key, value);
  else row[key] = value;
}

function readColumn(scope: DecodeScope, level: number): unknown[] {
  const tag = scope.input.u8();
  if (tag !== ARRAY) return readBlock(scope, tag);
  const values: unknown[] = [];
  readMixed(scope, values, level);
  return values;
}
