// How long things took: counts by length, so that any number of them takes the same memory.
//
//   lengths   1 µs │ 1.4 │ 2 │ 2.8 │ 4 … 35 min        two classes for each doubling: a percentile is right to within a fifth

export interface Durations {
  readonly count: number;
  readonly meanMs: number;
  /** Half of them took no longer. */
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const CLASSES = 64;
const SHORTEST_MS = 0.001;

export class Histogram {
  readonly #counts = new Float64Array(CLASSES);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  /** So many took so long each. */
  add(ms: number, count: number): void {
    const at = Math.ceil(2 * Math.log2(Math.max(ms, SHORTEST_MS) / SHORTEST_MS));
    this.#counts[Math.min(CLASSES - 1, at)] += count;
    this.#count += count;
    this.#sumMs += ms * count;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  get durations(): Durations {
    const count = this.#count;
    return {
      count,
      meanMs: count === 0 ? 0 : this.#sumMs / count,
      p50Ms: this.#quantile(0.5),
      p90Ms: this.#quantile(0.9),
      p99Ms: this.#quantile(0.99),
      maxMs: this.#maxMs,
    };
  }

  /** The upper end of the class in which it lies. */
  #quantile(share: number): number {
    let left = share * this.#count;
    if (left === 0) return 0;
    for (let at = 0; at < CLASSES; at++) {
      left -= this.#counts[at];
      if (left <= 0) return Math.min(this.#maxMs, SHORTEST_MS * 2 ** (at / 2));
    }
    return this.#maxMs;
  }
}
