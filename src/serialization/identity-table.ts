// Numbers the objects of one message in the order of their first appearance, so that a second appearance is found.

/** Up to this many objects are compared one by one; beyond, a Map is cheaper. */
const SCANNED = 12;

export class IdentityTable {
  readonly #first: (object | undefined)[] = new Array<object | undefined>(SCANNED).fill(undefined);
  /** Objects beyond the scanned ones, by number. */
  #rest: object[] = [];
  readonly #numbers = new Map<object, number>();
  count = 0;

  /** @returns The object's number, or -1 if it is new. */
  find(object: object): number {
    const scanned = Math.min(this.count, SCANNED);
    const first = this.#first;
    for (let i = 0; i < scanned; i++) if (first[i] === object) return i;
    if (this.count <= SCANNED) return -1;
    return this.#numbers.get(object) ?? -1;
  }

  /** Numbers an object that `find` did not know. */
  add(object: object): number {
    const number = this.count++;
    if (number < SCANNED) {
      this.#first[number] = object;
    } else {
      this.#rest.push(object);
      this.#numbers.set(object, number);
    }
    return number;
  }

  /** Forgets the objects from number `count` on. */
  truncate(count: number): void {
    while (this.count > count) {
      const number = --this.count;
      if (number < SCANNED) this.#first[number] = undefined;
      else this.#numbers.delete(this.#rest.pop()!);
    }
  }

  /** Forgets all objects, so that none is kept alive by the last message. */
  clear(): void {
    if (this.count > SCANNED) {
      this.#numbers.clear();
      this.#rest = [];
    }
    const scanned = Math.min(this.count, SCANNED);
    for (let i = 0; i < scanned; i++) this.#first[i] = undefined;
    this.count = 0;
  }
}
