// What a pool is doing, and has done.

import type { CrewFigures } from './crew-figures.js';

export interface WorkerStats {
  readonly name: string;
  readonly pid: number | undefined;
  /** `leaving`: it gets nothing more, and ends. */
  readonly state: 'starting' | 'idle' | 'busy' | 'leaving';
  /** Items it has run to their end. */
  readonly items: number;
  /** The part of its life, since it was started, in which it ran items: 0 to 1. Of an item that runs now nothing is counted. */
  readonly busyShare: number;
}

export interface PoolStats extends CrewFigures {
  /** Workers wanted. */
  readonly processes: number;
  /** Workers there are: those that start or leave as well. */
  readonly size: number;
  /** Workers that are ready for items. */
  readonly ready: number;
  /** Workers that have items. */
  readonly busy: number;
  /** Workers that are ready and have none. */
  readonly idle: number;
  /** Worker processes started since the beginning. */
  readonly started: number;
  /** Those that ended unasked. */
  readonly crashed: number;
  /** Those started in the place of one that crashed, or was ended because of the item it ran. */
  readonly restarts: number;
  /** Workers that left because they had had their share of items, memory or time. */
  readonly recycled: number;
  /** Runs of items that came to their end, with a result or an error. */
  readonly completed: number;
  /** Items submitted and not settled. */
  readonly pending: number;
  /** Items that run at this moment. */
  readonly running: number;
  /** Items settled with a result. */
  readonly done: number;
  /** Items settled with an error; not those given up when another one failed. */
  readonly failed: number;
  /** Pids of the workers. */
  readonly pids: readonly number[];
  readonly workers: readonly WorkerStats[];
}
