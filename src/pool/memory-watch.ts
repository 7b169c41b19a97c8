// The worker's own look at how much memory it takes, where that is limited.
//
//   resident    ▁▂▃▄▅▆▇█──── limit        NEAR: at this pace it is full before a successor could be there       FULL: now
//
// What is counted is resident memory, with what the garbage collector has not freed yet: what the system counts. Of a thread
// the system counts nothing by itself: there it is the thread's heap and its buffers, as the engine has taken them.

import { isThread } from '../platform/own-thread.js';

/** How far ahead it looks: about what a start takes on a busy machine. */
const AHEAD_MS = 300;

export type Fullness = 'near' | 'full';

function takenBytes(): number {
  if (!isThread()) return process.memoryUsage.rss();
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}

export class MemoryWatch {
  readonly #limit: number;
  readonly #firstBytes = takenBytes();
  readonly #firstAtMs = performance.now();
  #told: Fullness | undefined;

  /** @param limit Bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns What is new: each is told once. */
  look(): Fullness | undefined {
    if (this.#told === 'full') return undefined;
    const bytes = takenBytes();
    if (bytes >= this.#limit) return (this.#told = 'full');
    if (this.#told === 'near') return undefined;
    const perMs = (bytes - this.#firstBytes) / Math.max(1, performance.now() - this.#firstAtMs);
    if (bytes + perMs * AHEAD_MS < this.#limit) return undefined;
    return (this.#told = 'near');
  }
}
