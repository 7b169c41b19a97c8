// Finds a repeated object by a hash of its contents: of the scalars it begins with, as they were just written.
//
// The engine's own Set costs more than all else that is done for a small object: it gives each object a hash of its own.
// An object that repeats looks the same both times, so that hash serves; whether it is the same object, identity says.
//
//   slot   hash │ number of the object, 0 = free      open addressing; beyond a few steps, the caller's Set

const FIRST_SLOTS = 1 << 10;
const KEPT_SLOTS = 1 << 16;
/** Different objects that look alike stand in neighbouring slots; further than this none is put. */
const STEPS = 8;

export class LikenessTable {
  #hashes = new Int32Array(FIRST_SLOTS);
  #numbers = new Int32Array(FIRST_SLOTS);
  #used = 0;
  /** The free slot at which the last search ended, and after how many steps. */
  #free = 0;
  #steps = 0;

  /**
   * @param objects All objects by number, from number `first` on.
   * @returns The number of the object, or -1.
   */
  find(object: object, hash: number, objects: readonly object[], first: number): number {
    const hashes = this.#hashes;
    const numbers = this.#numbers;
    const mask = numbers.length - 1;
    const start = home(hash);
    let slot = start & mask;
    let steps = 0;
    for (; numbers[slot] !== 0; steps++, slot = (slot + 1) & mask) {
      // A number that was taken back belongs to another object by now, or to none: the comparison fails.
      if (hashes[slot] === hash && objects[numbers[slot] - first] === object) return numbers[slot];
    }
    this.#free = slot;
    this.#steps = steps;
    return -1;
  }

  /** Keeps the object that `find` just did not find. @returns Whether there was room near enough. */
  keep(hash: number, number: number): boolean {
    if (this.#steps >= STEPS) return false;
    this.#hashes[this.#free] = hash;
    this.#numbers[this.#free] = number;
    if (++this.#used * 2 > this.#numbers.length) this.#grow();
    return true;
  }

  #grow(): void {
    const [hashes, numbers] = [this.#hashes, this.#numbers];
    const size = numbers.length * 2;
    this.#hashes = new Int32Array(size);
    this.#numbers = new Int32Array(size);
    const mask = size - 1;
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i] === 0) continue;
      let slot = home(hashes[i]) & mask;
      while (this.#numbers[slot] !== 0) slot = (slot + 1) & mask;
      this.#hashes[slot] = hashes[i];
      this.#numbers[slot] = numbers[i];
    }
  }

  clear(): void {
    if (this.#used === 0) return;
    this.#used = 0;
    if (this.#numbers.length <= KEPT_SLOTS) {
      this.#numbers.fill(0);
      return;
    }
    this.#hashes = new Int32Array(FIRST_SLOTS);
    this.#numbers = new Int32Array(FIRST_SLOTS);
  }
}

function home(hash: number): number {
  return hash ^ (hash >>> 15);
}
