// Numbers the objects of one message in the order of their first appearance, so that a second appearance is found.
//
// Few objects are compared one by one. Beyond that a Set only tells new from known, which is half the price of a Map;
// the Map from object to number is made when the first object repeats, as in most messages none does. Plain
// objects and arrays that begin with a scalar, most of a big message, stay out of the Set too: see likeness-table.ts.

import { LikenessTable } from './likeness-table.js';

/** Up to this many objects are compared one by one. */
const SCANNED = 12;

export class IdentityTable {
  readonly #first: (object | undefined)[] = new Array<object | undefined>(SCANNED).fill(undefined);
  /** Objects beyond the scanned ones, by number. */
  #rest: object[] = [];
  readonly #known = new Set<object>();
  readonly #numbers = new Map<object, number>();
  readonly #like = new LikenessTable();
  /** Whether some of them had to go to the Set, as too many look alike. */
  #likeOverflow = false;
  count = 0;

  /** Whether there are so many objects that a hash of their contents is worth its price. */
  get isLarge(): boolean {
    return this.count >= SCANNED;
  }

  /**
   * As `findOrAdd`, for an object with a hash of its contents, once there are many objects.
   * @param hash The same whenever the object is met.
   * @returns Its number; -1 if it was new, and then it is numbered now.
   */
  findOrAddLike(object: object, hash: number): number {
    const first = this.#first;
    for (let i = 0; i < SCANNED; i++) if (first[i] === object) return i;
    const found = this.#like.find(object, hash, this.#rest, SCANNED);
    if (found >= 0) return found;
    const known = this.#known;
    if (this.#likeOverflow && known.has(object)) return this.#numberOf(object);
    if (!this.#like.keep(hash, this.count)) {
      known.add(object);
      this.#likeOverflow = true;
    }
    this.#rest.push(object);
    if (this.#numbers.size > 0) this.#numbers.set(object, this.count);
    this.count++;
    return -1;
  }

  /** @returns The object's number, or -1 if it is new. */
  find(object: object): number {
    const { count } = this;
    const first = this.#first;
    const scanned = Math.min(count, SCANNED);
    for (let i = 0; i < scanned; i++) if (first[i] === object) return i;
    if (count <= SCANNED || !this.#known.has(object)) return -1;
    return this.#numberOf(object);
  }

  /** Numbers an object that `find` did not know. */
  add(object: object): number {
    const number = this.count++;
    if (number < SCANNED) {
      this.#first[number] = object;
    } else {
      this.#rest.push(object);
      this.#known.add(object);
      if (this.#numbers.size > 0) this.#numbers.set(object, number);
    }
    return number;
  }

  /** @returns The object's number; -1 if it was new, and then it is numbered now. */
  findOrAdd(object: object): number {
    const { count } = this;
    if (count < SCANNED) {
      const first = this.#first;
      for (let i = 0; i < count; i++) if (first[i] === object) return i;
      first[count] = object;
      this.count = count + 1;
      return -1;
    }
    return this.#findOrAddFar(object);
  }

  #findOrAddFar(object: object): number {
    const first = this.#first;
    for (let i = 0; i < SCANNED; i++) if (first[i] === object) return i;
    const known = this.#known;
    const { size } = known;
    known.add(object);
    if (known.size === size) return this.#numberOf(object);
    this.#rest.push(object);
    if (this.#numbers.size > 0) this.#numbers.set(object, this.count);
    this.count++;
    return -1;
  }

  #numberOf(object: object): number {
    const numbers = this.#numbers;
    if (numbers.size === 0) {
      const rest = this.#rest;
      for (let i = 0; i < rest.length; i++) numbers.set(rest[i], SCANNED + i);
    }
    return numbers.get(object)!;
  }

  /** Forgets the objects from number `count` on. */
  truncate(count: number): void {
    while (this.count > count) {
      const number = --this.count;
      if (number < SCANNED) {
        this.#first[number] = undefined;
      } else {
        const object = this.#rest.pop()!;
        this.#known.delete(object);
        this.#numbers.delete(object);
      }
    }
  }

  /** Forgets all objects, so that none is kept alive by the last message. */
  clear(): void {
    if (this.count > SCANNED) {
      this.#known.clear();
      this.#like.clear();
      this.#likeOverflow = false;
      if (this.#numbers.size > 0) this.#numbers.clear();
      this.#rest = [];
    }
    const scanned = Math.min(this.count, SCANNED);
    for (let i = 0; i < scanned; i++) this.#first[i] = undefined;
    this.count = 0;
  }
}
