// The items of a task: what they are until they are settled, and which are.
//
//   ListItems      plain values as they are, others packed; a settled one gives its place to SETTLED, so that nothing holds it
//   NumberItems    a column of numbers, and a byte for each that says whether it is settled

import { InternalError } from '../base/errors.js';

import { columnPart, type ItemValues, type NumberColumn } from './number-column.js';
import { PackedValue } from './packed-value.js';
import { indexAt, type Portion } from './portion.js';

export interface TaskItems {
  readonly length: number;
  at(index: number): unknown;
  isSettled(index: number): boolean;
  /** Nobody needs it any more. */
  settle(index: number): void;
  /** The same of items that all are plain. */
  settleRange(first: number, count: number): void;
  /** The items of a portion, if all are plain; to be encoded at once. */
  plain(portion: Portion): ItemValues | undefined;
  /** Bytes of an item in a message, if it is packed. */
  packedBytes(index: number): number;
  /** Adds a plain value or a PackedValue. @returns Its index. */
  push(item: unknown): number;
  /** Whether any of them was ever packed. */
  readonly anyPacked: boolean;
  /** Nobody needs any of them. */
  release(): void;
}

/** In the place of an item that is settled. */
const SETTLED = Symbol('settled');

export class ListItems implements TaskItems {
  #items: unknown[];
  anyPacked: boolean;

  /** @param items Becomes the task's own. */
  constructor(items: unknown[] = [], anyPacked = false) {
    this.#items = items;
    this.anyPacked = anyPacked;
  }

  get length(): number {
    return this.#items.length;
  }

  at(index: number): unknown {
    return this.#items[index];
  }

  isSettled(index: number): boolean {
    return this.#items[index] === SETTLED;
  }

  settle(index: number): void {
    const item = this.#items[index];
    if (item instanceof PackedValue) item.release();
    this.#items[index] = SETTLED;
  }

  settleRange(first: number, count: number): void {
    this.#items.fill(SETTLED, first, first + count);
  }

  plain({ first, count, listed }: Portion): unknown[] | undefined {
    if (this.anyPacked) return undefined;
    return listed ? listed.map((index) => this.#items[index]) : this.#items.slice(first, first + count);
  }

  packedBytes(index: number): number {
    const item = this.#items[index];
    return item instanceof PackedValue ? item.sizeBytes : 0;
  }

  push(item: unknown): number {
    if (item instanceof PackedValue) this.anyPacked = true;
    return this.#items.push(item) - 1;
  }

  release(): void {
    for (const item of this.#items) if (item instanceof PackedValue) item.release();
    this.#items = [];
  }
}

export class NumberItems implements TaskItems {
  readonly anyPacked = false;
  #numbers: NumberColumn;
  #settled: Uint8Array;

  constructor(numbers: NumberColumn) {
    this.#numbers = numbers;
    this.#settled = new Uint8Array(numbers.length);
  }

  get length(): number {
    return this.#numbers.length;
  }

  at(index: number): number {
    return this.#numbers[index];
  }

  isSettled(index: number): boolean {
    return this.#settled[index] === 1;
  }

  settle(index: number): void {
    this.#settled[index] = 1;
  }

  settleRange(first: number, count: number): void {
    this.#settled.fill(1, first, first + count);
  }

  plain(portion: Portion): ItemValues {
    const { first, count, listed } = portion;
    if (!listed) return columnPart(this.#numbers, first, count); // FAST PATH
    return Array.from({ length: count }, (_, offset) => this.#numbers[indexAt(portion, offset)]);
  }

  packedBytes(): number {
    return 0;
  }

  push(): number {
    throw new InternalError('an item was added to a column, whose items are there from the beginning');
  }

  release(): void {
    this.#numbers = new Int32Array(0);
    this.#settled = new Uint8Array(0);
  }
}
