// Arrays of plain objects that have the same keys in the same order: the keys once, and then a column of values for each.
//
//   ARRAY │ varint length │ …, RECORDS │ varint rows │ keys, as of a plain object │ column for each key │ …
//   column   the elements of an array, without holes, one for each row
//
// The rows are numbered first, in order, and then what is in the columns: so a value may refer to any row.

import { sharesHiddenClass } from '../platform/hidden-class.js';
import { borrowColumns, COLUMN_LENGTH, type Column, returnColumns } from './column.js';
import type { EncodeScope } from './encode-scope.js';
import { HASHED, hashOfScalar, mixHash } from './likeness-hash.js';
import { servesAsSample } from './plain-sample.js';
import { SHAPE_KEYS_LIMIT } from './shape-writer.js';
import { RECORDS } from './tags.js';
import { inColumn, type Places } from './value-path.js';

/** Shorter runs are not worth the columns. */
export const RECORDS_WORTH = 16;
const MOST_ROWS = COLUMN_LENGTH / 2;

const { getPrototypeOf, keys: keysOf } = Object;
const objectPrototype = Object.prototype;

/**
 * Writes the records that begin at `start`, as many as have the same keys.
 * @returns How many were written: 0 if the first is no record, or was written before.
 */
export function encodeRecords(
  scope: EncodeScope,
  array: readonly unknown[],
  start: number,
  places: Places | undefined,
): number {
  const first = array[start] as object;
  if (getPrototypeOf(first) !== objectPrototype) return 0;
  const keys = keysOf(first);
  if (keys.length === 0 || keys.length > SHAPE_KEYS_LIMIT) return 0;
  const columns = borrowColumns(keys.length);
  const end = Math.min(array.length, start + MOST_ROWS);
  const run: Run = { scope, keys, columns, sample: undefined };
  let rows = 0;
  while (start + rows < end && takeRow(run, array[start + rows], rows)) rows++;
  if (rows > 0) {
    scope.out.u8(RECORDS);
    scope.out.varint(rows);
    scope.shape(keys);
    for (let i = 0; i < keys.length; i++) {
      const values = columns[i].write(scope.out, rows);
      if (values) scope.elements(values, inColumn(places, start, keys[i]));
    }
  }
  returnColumns(columns);
  return rows;
}

interface Run {
  readonly scope: EncodeScope;
  readonly keys: readonly string[];
  readonly columns: readonly Column[];
  /** A row that was looked at: others with its hidden class need not be. */
  sample: object | undefined;
}

/** Puts the values of a row into the columns. @returns Whether it is a record with these keys, and met for the first time. */
function takeRow(run: Run, row: unknown, index: number): boolean {
  if (typeof row !== 'object' || row === null || getPrototypeOf(row) !== objectPrototype) return false;
  const { scope, keys, columns, sample } = run;
  if (sample === undefined || !sharesHiddenClass(sample, row)) {
    if (!hasKeys(row, keys) || !scope.isPlain(row, keys)) return false;
    run.sample = servesAsSample(row, keys) ? row : undefined;
  }
  let taken = 0;
  let hashed = 0;
  let hash = 0;
  // No list of keys is made, and each value is found where its key was.
  for (const key in row) {
    if (key !== keys[taken]) return false;
    const value = (row as Record<string, unknown>)[key];
    columns[taken].put(index, value);
    if (hashed === taken && taken < HASHED) {
      const part = hashOfScalar(value);
      if (part !== 0) {
        hash = mixHash(hash, part);
        hashed++;
      }
    }
    taken++;
  }
  return taken === keys.length && scope.isNew(row, hashed > 0 ? hash | 1 : 0);
}

function hasKeys(row: object, keys: readonly string[]): boolean {
  let i = 0;
  for (const key in row) if (key !== keys[i++]) return false;
  return i === keys.length;
}
