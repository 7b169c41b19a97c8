// Numbers side by side, as they travel in a batch: all as four-byte integers, or all as doubles.
//
//   items of a call    copied once into one column; each batch takes its part of it (task-items.ts)
//   results            one by one, until they are sent (ColumnWriter)
//
// A list of numbers takes eight bytes each of the engine's heap, anew in every batch, and the engine's collector looks at each
// of them. A column is a block of memory.

import { isInt32 } from '../serialization/number-arrays.js';

export type NumberColumn = Int32Array | Float64Array;

/** What travels in one batch: a list, or numbers. */
export type ItemValues = readonly unknown[] | NumberColumn;

/** Fewer numbers travel as a list: that is shorter, and as quick. */
const WORTH_A_COLUMN = 64;
/** Elements that are copied at a time. */
const PART = 1024;

const sliceOf = Array.prototype.slice;

/** The elements of an array, copied: into a column, if all of them are numbers and there are many. */
export function copyItems(array: readonly unknown[]): unknown[] | NumberColumn {
  const { length } = array;
  if (length < WORTH_A_COLUMN) return sliceOf.call(array);
  let column: NumberColumn | undefined;
  // In parts, which the engine copies: a loop over the caller's own array makes V8 change that array's kind.
  for (let at = 0; at < length; at += PART) {
    const part: unknown[] = sliceOf.call(array, at, at + PART);
    let copied = 0;
    if (typeof part[0] === 'number') {
      column ??= new Int32Array(length);
      copied = copyNumbers(part, 0, column, at);
      if (typeof part[copied] === 'number') {
        column = widened(column, at + copied);
        copied = copyNumbers(part, copied, column, at);
      }
    }
    if (copied < part.length) {
      const before = column ? Array.from<unknown>(column.subarray(0, at)) : [];
      return before.concat(part, sliceOf.call(array, at + PART));
    }
  }
  return column as NumberColumn;
}

/** @returns The index of the first element that does not fit; the length if all do. */
function copyNumbers(part: readonly unknown[], from: number, column: NumberColumn, at: number): number {
  return column instanceof Int32Array ? copyInts(part, column, at) : copyDoubles(part, from, column, at);
}

function copyInts(part: readonly unknown[], column: Int32Array, at: number): number {
  for (let i = 0; i < part.length; i++) {
    const value = part[i];
    if (typeof value !== 'number' || !isInt32(value)) return i;
    column[at + i] = value;
  }
  return part.length;
}

function copyDoubles(part: readonly unknown[], from: number, column: Float64Array, at: number): number {
  for (let i = from; i < part.length; i++) {
    const value = part[i];
    if (typeof value !== 'number') return i;
    column[at + i] = value;
  }
  return part.length;
}

function widened(ints: NumberColumn, used: number): Float64Array {
  const doubles = new Float64Array(ints.length);
  doubles.set(ints.subarray(0, used));
  return doubles;
}

/** So many numbers are written to one column at most. */
const LONGEST = 32768;
// The codec carries no more of a buffer than is seen of it, if that is less than a quarter. What is not touched takes no memory.
const STAGE_BYTES = LONGEST * 8 * 4 + 8;

/** A column that is written number by number, and sent. */
export class ColumnWriter {
  /** Made for the first number: a process that sends none has none. */
  #ints: Int32Array = new Int32Array(0);
  #doubles: Float64Array = new Float64Array(0);
  #room = 0;
  #holdsDoubles = false;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @returns False if the value is no number, or there is no room. */
  add(value: unknown): boolean {
    if (typeof value !== 'number' || (this.#count === this.#room && !this.#makeRoom())) return false;
    if (!this.#holdsDoubles) {
      if (isInt32(value)) {
        this.#ints[this.#count++] = value; // FAST PATH
        return true;
      }
      this.#widen();
    }
    this.#doubles[this.#count++] = value;
    return true;
  }

  /** Adds a part of a column. Only if nothing has been added, and it is no longer than LONGEST. */
  addAll(part: NumberColumn): void {
    if (this.#room === 0) this.#makeRoom();
    this.#holdsDoubles = part instanceof Float64Array;
    if (part instanceof Float64Array) this.#doubles.set(part);
    else this.#ints.set(part);
    this.#count = part.length;
  }

  /** What was added, to be encoded at once; the writer is empty afterwards. */
  take(): ItemValues {
    const column = this.#holdsDoubles ? this.#doubles : this.#ints;
    const values = column.subarray(0, this.#count);
    this.#count = 0;
    this.#holdsDoubles = false;
    return values.length < WORTH_A_COLUMN ? Array.from(values) : values;
  }

  #makeRoom(): boolean {
    if (this.#room === LONGEST) return false;
    this.#room = LONGEST;
    const buffer = new ArrayBuffer(STAGE_BYTES);
    this.#ints = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    return true;
  }

  #widen(): void {
    for (let i = this.#count - 1; i >= 0; i--) this.#doubles[i] = this.#ints[i]; // from the end: they share their memory
    this.#holdsDoubles = true;
  }
}

let stage: ColumnWriter | undefined;

/** A part of a column, to be encoded at once. */
export function columnPart(column: NumberColumn, from: number, count: number): ItemValues {
  if (count > LONGEST) return column.slice(from, from + count);
  stage ??= new ColumnWriter();
  stage.addAll(column.subarray(from, from + count));
  return stage.take();
}
