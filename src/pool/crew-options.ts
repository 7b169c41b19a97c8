// What a crew is told when it is made, and what it tells of itself.

import type { PackedParts } from './frames.js';

export interface CrewOptions {
  readonly processes: number;
  readonly name: string;
  readonly initializer: PackedParts | undefined;
  readonly maxTasksPerChild: number;
  /** Workers can't be started any more: nothing will run. */
  readonly onBroken: (error: Error) => void;
  /** As many workers as wanted are ready. */
  readonly onReady: () => void;
}

export interface CrewCounts {
  readonly workers: number;
  readonly ready: number;
  readonly started: number;
  readonly crashed: number;
  readonly completed: number;
}
