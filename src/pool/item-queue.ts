// Items of a task that are to be handed out once more, in order: ranges where they follow each other, as a million of them may.

import { indexAt, type Portion, partOf } from './portion.js';

/** A range of so many is handed out by itself; shorter ones together, as a list. */
const WORTH_A_BATCH = 64;

export class ItemQueue {
  #portions: Portion[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** These go before all others. */
  prepend(portions: readonly Portion[]): void {
    this.#portions.unshift(...portions);
    for (const { count } of portions) this.#count += count;
  }

  /** The first of them: at most `limit`, at least one. There must be some. */
  take(limit: number): Portion {
    const first = this.#portions[0];
    if (first.count < Math.min(limit, WORTH_A_BATCH) && this.#portions.length > 1)
      return this.takeListed(limit, ({ length }) => length);
    const count = Math.min(limit, first.count);
    this.#drop(count);
    return partOf(first, 0, count);
  }

  /** The first of them as a list. @param together Says of the first ones how many are taken. */
  takeListed(limit: number, together: (indices: readonly number[]) => number): Portion {
    const indices: number[] = [];
    for (const index of this.indices()) {
      if (indices.length === limit) break;
      indices.push(index);
    }
    const listed = indices.slice(0, together(indices));
    for (let left = listed.length; left > 0; ) {
      const count = Math.min(left, this.#portions[0].count);
      this.#drop(count);
      left -= count;
    }
    return { first: listed[0], count: listed.length, listed };
  }

  *indices(): Generator<number> {
    for (const portion of this.#portions)
      for (let offset = 0; offset < portion.count; offset++) yield indexAt(portion, offset);
  }

  has(index: number): boolean {
    return this.#portions.some((portion) => offsetIn(portion, index) >= 0);
  }

  /** Takes one out, if it is there. */
  remove(index: number): void {
    this.#portions = this.#portions.flatMap((portion) => {
      const at = offsetIn(portion, index);
      if (at < 0) return [portion];
      this.#count--;
      const parts = [partOf(portion, 0, at), partOf(portion, at + 1, portion.count)];
      return parts.filter(({ count }) => count > 0);
    });
  }

  clear(): void {
    this.#portions = [];
    this.#count = 0;
  }

  #drop(count: number): void {
    const first = this.#portions[0];
    this.#count -= count;
    if (count === first.count) this.#portions.shift();
    else this.#portions[0] = partOf(first, count, first.count);
  }
}

function offsetIn({ first, count, listed }: Portion, index: number): number {
  if (listed) return listed.indexOf(index);
  return index >= first && index < first + count ? index - first : -1;
}
