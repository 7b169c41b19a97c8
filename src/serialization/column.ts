// The values that many records have under one key, collected for being written as one array.

import type { ByteWriter } from './byte-writer.js';
import { isInt32 } from './number-arrays.js';
import { NumberStage, STAGED } from './number-stage.js';
import { writeStrings } from './string-arrays.js';
import { DOUBLES, INT32S } from './tags.js';

const INTEGER_VALUES = 0;
const DOUBLE_VALUES = 1;
const TEXTS = 2;
const ANYTHING = 3;

/** Values that a column can hold. */
export const COLUMN_LENGTH = STAGED;

export class Column {
  readonly #stage = new NumberStage();
  #kind = ANYTHING;
  readonly #values: unknown[] = [];

  /** Puts a value into a row: the rows come in order, and a row may come again. */
  put(row: number, value: unknown): void {
    if (row === 0) this.#kind = kindOf(value);
    switch (this.#kind) {
      case INTEGER_VALUES:
        if (typeof value === 'number') {
          const integer = value | 0;
          if (integer === value && (integer !== 0 || 1 / value > 0)) this.#stage.ints[row] = integer;
          else this.#toDoubles(row, value);
        } else this.#toAnything(row, value);
        return;
      case DOUBLE_VALUES:
        if (typeof value === 'number') this.#stage.doubles[row] = value;
        else this.#toAnything(row, value);
        return;
      case TEXTS:
        if (typeof value !== 'string') this.#kind = ANYTHING;
        this.#values[row] = value;
        return;
      default:
        this.#values[row] = value;
    }
  }

  #toDoubles(row: number, value: number): void {
    const { ints, doubles } = this.#stage;
    for (let i = 0; i < row; i++) doubles[i] = ints[i];
    doubles[row] = value;
    this.#kind = DOUBLE_VALUES;
  }

  #toAnything(row: number, value: unknown): void {
    const { ints, doubles } = this.#stage;
    const numbers = this.#kind === INTEGER_VALUES ? ints : doubles;
    for (let i = 0; i < row; i++) this.#values[i] = numbers[i];
    this.#values[row] = value;
    this.#kind = ANYTHING;
  }

  /**
   * Writes the first `rows` values, if they are all numbers or all strings.
   * @returns Undefined; if they are something else, the values, for being written one by one.
   */
  write(out: ByteWriter, rows: number): readonly unknown[] | undefined {
    const { intBytes, doubleBytes } = this.#stage;
    switch (this.#kind) {
      case INTEGER_VALUES:
        out.u8(INT32S);
        out.varint(rows);
        out.copy(intBytes, rows * 4);
        return undefined;
      case DOUBLE_VALUES:
        out.u8(DOUBLES);
        out.varint(rows);
        out.copy(doubleBytes, rows * 8);
        return undefined;
      default:
        if (this.#kind === ANYTHING) return this.#values.slice(0, rows);
        writeStrings(out, this.#values, rows);
        return undefined;
    }
  }

  /** Forgets the values, so that none is kept alive. */
  clear(): void {
    this.#values.fill(undefined);
  }
}

function kindOf(value: unknown): number {
  if (typeof value === 'number') return isInt32(value) ? INTEGER_VALUES : DOUBLE_VALUES;
  return typeof value === 'string' ? TEXTS : ANYTHING;
}

const idle: Column[] = [];
/** Columns kept for later. */
const IDLE_COLUMNS = 64;

export function borrowColumns(count: number): Column[] {
  const columns: Column[] = [];
  for (let i = 0; i < count; i++) columns.push(idle.pop() ?? new Column());
  return columns;
}

/** Columns that are not given back, because of an error, are collected as garbage. */
export function returnColumns(columns: readonly Column[]): void {
  for (const column of columns) {
    column.clear();
    if (idle.length < IDLE_COLUMNS) idle.push(column);
  }
}
