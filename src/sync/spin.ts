// Trying again for a moment before going to sleep: a peer on another core often answers sooner than a sleep and a wake take.
//
// How long follows the luck: the budget doubles when spinning paid and halves when it did not, down to next to nothing,
// so that many processes on few cores do not burn each other's time. Now and then a longer spin looks whether the luck
// has turned.

const LEAST = 16;
const MOST = 2000; // tries: some tens of microseconds
const PROBE = 400;
const PROBE_EVERY = 32;

export class Spin {
  #budget = PROBE;
  #misses = 0;

  /** The first result of `step`, or undefined if the budget is used up. */
  run<Result>(step: () => Result | undefined): Result | undefined {
    const tries = this.#misses >= PROBE_EVERY ? PROBE : this.#budget;
    for (let i = 0; i < tries; i++) {
      const result = step();
      if (result !== undefined) {
        this.#budget = Math.min(MOST, Math.max(tries, this.#budget) * 2);
        this.#misses = 0;
        return result;
      }
    }
    this.#misses = this.#misses >= PROBE_EVERY ? 0 : this.#misses + 1;
    this.#budget = Math.max(LEAST, this.#budget >> 1);
    return undefined;
  }
}
