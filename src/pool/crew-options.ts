// What a crew is told when it is made, and what it tells of itself.

import type { StartMethod } from '../process/start-method.js';
import type { CrewFigures } from './crew-figures.js';
import type { PackedParts } from './frames.js';
import type { WorkerStats } from './pool-stats.js';

export interface CrewOptions {
  readonly processes: number;
  readonly name: string;
  readonly initializer: PackedParts | undefined;
  /** How workers are started. */
  readonly method: StartMethod;
  readonly maxTasksPerChild: number;
  /** Bytes of resident memory after which a worker is replaced. */
  readonly maxMemoryPerChild?: number | undefined;
  /** Milliseconds after which a worker is replaced. */
  readonly maxAgePerChild?: number | undefined;
  /** How many workers a pool made in one of so many workers starts, unless told. */
  readonly budget: (workers: number) => number;
  /** Workers can't be started any more: nothing will run. */
  readonly onBroken: (error: Error) => void;
  /** As many workers as wanted are ready. */
  readonly onReady: () => void;
  /** A worker has become ready, or has ended. */
  readonly onChange?: () => void;
}

export interface CrewCounts extends CrewFigures {
  readonly size: number;
  readonly ready: number;
  readonly busy: number;
  readonly idle: number;
  readonly running: number;
  readonly started: number;
  readonly crashed: number;
  readonly restarts: number;
  readonly recycled: number;
  readonly completed: number;
  readonly workers: readonly WorkerStats[];
}
