// Numbers of items, each unique in this process and the same in every run of its item.
//
//   index    0 1 2 … n-1 │ n … n+15 │ n+16 …        a task takes numbers by the block: all it has, or ever larger blocks where
//   block      first 70  │ first 214 │ first 900     items are still to come

import { indexAt, type Portion } from './portion.js';

const LARGEST_BLOCK = 1024;

let lastTaken = 0;

export class ItemIds {
  readonly #blocks: { from: number; first: number }[] = [];
  #end = 0;

  /** So many items are there. */
  reserve(count: number): void {
    if (count <= this.#end) return; // FAST PATH
    const grown = Math.min(LARGEST_BLOCK, this.#end);
    const size = Math.max(grown, count - this.#end);
    this.#blocks.push({ from: this.#end, first: lastTaken + 1 });
    lastTaken += size;
    this.#end += size;
  }

  /** The number of the first item, if the others' follow it; else of each. All must have been reserved. */
  of(portion: Portion): number | number[] {
    const { first, count, listed } = portion;
    const last = this.#blocks.at(-1);
    if (!listed && last && first >= last.from) return last.first + first - last.from; // FAST PATH
    return Array.from({ length: count }, (_, offset) => this.#at(indexAt(portion, offset)));
  }

  #at(index: number): number {
    let at = this.#blocks.length - 1;
    while (this.#blocks[at].from > index) at--;
    const { from, first } = this.#blocks[at];
    return first + index - from;
  }
}
