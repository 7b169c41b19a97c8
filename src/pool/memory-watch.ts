// The worker's own look at how much memory it takes, where that is limited.
//
//   resident    ▁▂▃▄▅▆▇█──── limit        NEAR: at this pace it is full before a successor could be there       FULL: now
//
// What is counted is resident memory, with what the garbage collector has not freed yet: what the system counts.

/** How far ahead it looks: about what a start takes on a busy machine. */
const AHEAD_MS = 300;

export type Fullness = 'near' | 'full';

export class MemoryWatch {
  readonly #limit: number;
  readonly #firstBytes = process.memoryUsage.rss();
  readonly #firstAtMs = performance.now();
  #told: Fullness | undefined;

  /** @param limit Bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns What is new: each is told once. */
  look(): Fullness | undefined {
    if (this.#told === 'full') return undefined;
    const bytes = process.memoryUsage.rss();
    if (bytes >= this.#limit) return (this.#told = 'full');
    if (this.#told === 'near') return undefined;
    const perMs = (bytes - this.#firstBytes) / Math.max(1, performance.now() - this.#firstAtMs);
    if (bytes + perMs * AHEAD_MS < this.#limit) return undefined;
    return (this.#told = 'near');
  }
}
