// Finds a repeated object by a hash of its contents: of the scalars it begins with.
//
// The engine's own Set costs more than all else that is done for a small object: it gives each object a hash of its own.
// An object that repeats looks the same both times, so that hash serves; whether it is the same object, identity says.
//
//   slot   hash │ 1 + number of the object, 0 = free      open addressing; beyond a few steps, the caller's Set

const FIRST_SLOTS = 1 << 8;
const MOST_EXPECTED = 1 << 16;
/** A table that a message filled less than this is dropped: to wipe it would cost more than to make a small one. */
const WIPED_SHARE = 16;
/** Different objects that look alike stand in neighbouring slots; further than this none is put. */
const STEPS = 8;

export class LikenessTable {
  #slots = new Int32Array(FIRST_SLOTS * 2);
  #used = 0;
  /** The free slot at which the last search ended, and after how many steps. */
  #free = 0;
  #steps = 0;

  get isUsed(): boolean {
    return this.#used > 0;
  }

  /** Makes room for that many more objects, or for as many of them as is worth it before they are there. */
  expect(count: number): void {
    const wanted = this.#used + Math.min(count, MOST_EXPECTED);
    while (this.#slots.length < wanted * 4) this.#grow();
  }

  /**
   * @param objects All objects, by number.
   * @returns The number of the object, or -1.
   */
  find(object: object, hash: number, objects: readonly (object | undefined)[]): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = home(hash) & mask;
    let steps = 0;
    for (; slots[at + 1] !== 0; steps++, at = (at + 2) & mask) {
      // A number that was taken back belongs to another object by now, or to none: the comparison fails.
      if (slots[at] === hash && objects[slots[at + 1] - 1] === object) return slots[at + 1] - 1;
    }
    this.#free = at;
    this.#steps = steps;
    return -1;
  }

  /** Keeps the object that `find` just did not find. @returns Whether there was room near enough. */
  keep(hash: number, number: number): boolean {
    if (this.#steps >= STEPS) return false;
    this.#slots[this.#free] = hash;
    this.#slots[this.#free + 1] = number + 1;
    if (++this.#used * 4 > this.#slots.length) this.#grow();
    return true;
  }

  #grow(): void {
    const slots = this.#slots;
    const grown = new Int32Array(slots.length * 2);
    const mask = grown.length - 1;
    for (let i = 0; i < slots.length && this.#used > 0; i += 2) {
      if (slots[i + 1] === 0) continue;
      let at = home(slots[i]) & mask;
      while (grown[at + 1] !== 0) at = (at + 2) & mask;
      grown[at] = slots[i];
      grown[at + 1] = slots[i + 1];
    }
    this.#slots = grown;
  }

  clear(): void {
    if (this.#used === 0) return;
    if (this.#used * WIPED_SHARE < this.#slots.length || this.#slots.length > MOST_EXPECTED * 4) {
      this.#slots = new Int32Array(FIRST_SLOTS * 2);
    } else {
      this.#slots.fill(0);
    }
    this.#used = 0;
  }
}

/** An even number. */
function home(hash: number): number {
  return (hash ^ (hash >>> 15)) << 1;
}
