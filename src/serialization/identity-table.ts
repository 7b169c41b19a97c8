// Numbers the objects of one message in the order of their first appearance, so that a second appearance is found.
//
// Few objects are compared one by one. Beyond that a Set only tells new from known, which is half the price of a Map;
// the Map from object to number is made when the first object repeats, as in most messages none does. Plain
// objects and arrays that begin with a scalar, most of a big message, stay out of the Set too: see likeness-table.ts.

import { LikenessTable } from './likeness-table.js';

/** Up to this many objects are compared one by one. */
const SCANNED = 12;

export class IdentityTable {
  /** All objects, by number; an array with room for a few is kept, and what is behind `#count` is nothing. */
  #objects: (object | undefined)[] = new Array<object | undefined>(SCANNED).fill(undefined);
  #count = 0;
  /** Those that are compared one by one, and the number of each. */
  readonly #scanned: (object | undefined)[] = new Array<object | undefined>(SCANNED).fill(undefined);
  readonly #scannedNumbers = new Int32Array(SCANNED);
  #scannedCount = 0;
  /** Those for which there was no place among the scanned, and which have no hash. */
  readonly #known = new Set<object>();
  readonly #numbers = new Map<object, number>();
  readonly #like = new LikenessTable();
  /** Whether some of those with a hash had to go to the Set, as too many look alike. */
  #likeOverflow = false;

  get count(): number {
    return this.#count;
  }

  /** Whether there are so many objects that a hash of their contents is worth its price. */
  get isLarge(): boolean {
    return this.#scannedCount === SCANNED || this.#like.isUsed;
  }

  /** Many objects with a hash are coming. */
  expect(count: number): void {
    this.#like.expect(count);
  }

  /**
   * As `findOrAdd`, with a hash of the object's contents, for a table that is large or is to be.
   * @param hash The same whenever the object is met; 0 if it has none.
   */
  findOrAddBy(object: object, hash: number): number {
    if (hash === 0) return this.findOrAdd(object);
    const among = this.#scan(object);
    if (among >= 0) return among;
    const found = this.#like.find(object, hash, this.#objects);
    if (found >= 0) return found;
    const known = this.#known;
    if (this.#likeOverflow && known.has(object)) return this.#numberOf(object);
    if (!this.#like.keep(hash, this.#count)) {
      known.add(object);
      this.#likeOverflow = true;
    }
    this.#number(object);
    return -1;
  }

  /** @returns The object's number, or -1 if it is new. */
  find(object: object): number {
    const among = this.#scan(object);
    if (among >= 0) return among;
    return this.#known.size > 0 && this.#known.has(object) ? this.#numberOf(object) : -1;
  }

  /** Numbers an object that `find` did not know. */
  add(object: object): number {
    const number = this.#count;
    if (!this.#addScanned(object, number)) this.#known.add(object);
    this.#number(object);
    return number;
  }

  /** @returns The object's number; -1 if it was new, and then it is numbered now. */
  findOrAdd(object: object): number {
    const among = this.#scan(object);
    if (among >= 0) return among;
    if (!this.#addScanned(object, this.#count)) {
      const known = this.#known;
      const { size } = known;
      known.add(object);
      if (known.size === size) return this.#numberOf(object);
    }
    this.#number(object);
    return -1;
  }

  #scan(object: object): number {
    const scanned = this.#scanned;
    const count = this.#scannedCount;
    for (let i = 0; i < count; i++) if (scanned[i] === object) return this.#scannedNumbers[i];
    return -1;
  }

  #addScanned(object: object, number: number): boolean {
    const at = this.#scannedCount;
    if (at === SCANNED) return false;
    this.#scanned[at] = object;
    this.#scannedNumbers[at] = number;
    this.#scannedCount = at + 1;
    return true;
  }

  #number(object: object): void {
    if (this.#numbers.size > 0) this.#numbers.set(object, this.#count);
    this.#objects[this.#count++] = object;
  }

  #numberOf(object: object): number {
    const numbers = this.#numbers;
    if (numbers.size === 0)
      for (let number = 0; number < this.#count; number++) numbers.set(this.#objects[number]!, number);
    return numbers.get(object)!;
  }

  /** Forgets the objects from number `count` on. */
  truncate(count: number): void {
    while (this.#count > count) {
      const object = this.#objects[--this.#count]!;
      this.#objects[this.#count] = undefined;
      this.#known.delete(object);
      this.#numbers.delete(object);
    }
    while (this.#scannedCount > 0 && this.#scannedNumbers[this.#scannedCount - 1] >= count) {
      this.#scanned[--this.#scannedCount] = undefined;
    }
  }

  /** Forgets all objects, so that none is kept alive by the last message. */
  clear(): void {
    if (this.#count > SCANNED) this.#objects = new Array<object | undefined>(SCANNED).fill(undefined);
    else for (let i = 0; i < this.#count; i++) this.#objects[i] = undefined;
    this.#count = 0;
    for (let i = 0; i < this.#scannedCount; i++) this.#scanned[i] = undefined;
    this.#scannedCount = 0;
    if (this.#known.size > 0) this.#known.clear();
    if (this.#numbers.size > 0) this.#numbers.clear();
    this.#like.clear();
    this.#likeOverflow = false;
  }
}
