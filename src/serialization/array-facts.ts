// What must be known of an array before it is written: named properties and holes.

import { inspect } from 'node:util';

/** Below this length, listing the keys is the cheapest way to see named ones. */
const LISTED = 64;
const INSPECT_NOTHING = {
  maxArrayLength: 0,
  maxStringLength: 0,
  depth: 0,
  customInspect: false,
  breakLength: Infinity,
};

/** Whether the array has enumerable properties besides its elements, symbols included. */
export function arrayHasMore(array: unknown[]): boolean {
  const length = array.length;
  if (length > LISTED) {
    // Listing 10,000 indices costs more than writing them. Node's inspector lists the named keys alone, natively.
    return inspect(array, INSPECT_NOTHING) !== `[ ... ${length} more items ]`;
  }
  const keys = Object.keys(array);
  // Indices come first, so a named key would be the last.
  if (keys.length > 0 && !isIndex(keys[keys.length - 1])) return true;
  return Object.getOwnPropertySymbols(array).length > 0;
}

const { at } = Array.prototype;

/** An element, without a trace that it was looked at: see number-arrays.ts. A subclass may have an `at` of its own. */
export function elementAt(array: readonly unknown[], index: number): unknown {
  return at.call(array, index);
}

export function isIndex(key: string): boolean {
  const code = key.charCodeAt(0);
  if (code < 48 || code > 57) return false;
  const index = Number(key) >>> 0;
  return index !== 0xffffffff && String(index) === key;
}

/** Measures the gaps of one array while it is being written. */
export class Gaps {
  readonly #array: readonly unknown[];
  /** All indices, listed once a far gap was met. */
  #indices: number[] | undefined;

  constructor(array: readonly unknown[]) {
    this.#array = array;
  }

  /** How many holes follow from index `start`, which is one. */
  at(start: number): number {
    const array = this.#array;
    const length = array.length;
    const near = Math.min(length, start + 1000);
    let end = start + 1;
    while (end < near && array[end] === undefined && !(end in array)) end++;
    return (end < near || near === length ? end : this.#nextIndex(end)) - start;
  }

  #nextIndex(from: number): number {
    this.#indices ??= Object.keys(this.#array).filter(isIndex).map(Number);
    const indices = this.#indices;
    let low = 0;
    let high = indices.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (indices[middle] < from) low = middle + 1;
      else high = middle;
    }
    return indices[low] ?? this.#array.length;
  }
}
