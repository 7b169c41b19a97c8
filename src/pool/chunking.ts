// How many items go into one batch: enough that messages cost little, few enough that no worker waits for another's tail.

/** How much work one batch should hold. */
const TARGET_MS = 4;
/** How much work a seat may hold at once: more than one batch, so that nobody waits while the pool's own process is kept waiting. */
export const AHEAD_MS = 16;
/** An item that takes longer than this is never queued behind another while a worker may be free. */
export const LONG_MS = 1;
/** No batch is larger, however quick the items are: a list of them is no large object to V8's collector (128 KiB). */
const LARGEST_BATCH = 12288;
/** A batch may be so many times larger than what has been measured at once before. */
const GROWTH = 4;
/** Even at the end of the work a batch should hold this much. */
const SMALLEST_MS = 0.1;

/** What running a function has cost so far. */
export class Cost {
  #perItemMs: number | undefined;
  /** The most items that have been measured together. */
  #largest = 1;

  /** Milliseconds an item takes, or undefined if none has been measured. */
  get perItemMs(): number | undefined {
    return this.#perItemMs;
  }

  /** Whether an item is known to be so quick that it may be queued behind others. */
  get quick(): boolean {
    return this.#perItemMs !== undefined && this.#perItemMs < LONG_MS;
  }

  note(items: number, ms: number): void {
    if (items <= 0) return;
    const now = ms / items;
    const before = this.#perItemMs ?? now;
    // Upwards slowly: on a busy machine a worker that had to wait for a processor looks slow, and a batch that is too large is
    // taken back, where one that is too small costs its message.
    this.#perItemMs = now > before ? now * 0.3 + before * 0.7 : now * 0.6 + before * 0.4;
    if (items > this.#largest) this.#largest = items;
  }

  /** The size that holds the target's amount of work, not larger than what experience allows. */
  batchSize(): number {
    if (this.#perItemMs === undefined) return 1;
    const wanted = TARGET_MS / Math.max(this.#perItemMs, 1e-6);
    return Math.max(1, Math.min(Math.floor(wanted), this.#largest * GROWTH, LARGEST_BATCH));
  }

  /** The size below which a batch is not worth its message. */
  smallestBatch(): number {
    if (this.#perItemMs === undefined) return 1;
    return Math.max(1, Math.min(LARGEST_BATCH, Math.floor(SMALLEST_MS / Math.max(this.#perItemMs, 1e-6))));
  }
}

/** A cost that is never known: each batch waits for a worker that has nothing else to do. */
export class UnknownCost extends Cost {
  override note(): void {}
}

export interface BatchQuestion {
  readonly chunkSize: number | 'auto';
  readonly cost: Cost;
  /** Items that could be taken now. */
  readonly available: number;
  readonly workers: number;
}

/** How many of the available items the next batch takes: at least 1. */
export function batchSizeFor({ chunkSize, cost, available, workers }: BatchQuestion): number {
  if (chunkSize !== 'auto') return Math.min(chunkSize, available);
  const share = Math.ceil(available / (2 * workers)); // the last batches get smaller, so that all end together
  const size = Math.min(cost.batchSize(), Math.max(share, cost.smallestBatch()));
  return Math.max(1, Math.min(size, available));
}
