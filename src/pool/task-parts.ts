// What a task is made of.

import type { Cost } from './chunking.js';
import type { Definition } from './definition.js';
import type { CallStyle } from './frames.js';
import type { Sink } from './sink.js';
import type { OnProgress } from './task-progress.js';

export interface TaskOptions {
  readonly chunkSize: number | 'auto';
  /** Milliseconds an item may run. */
  readonly timeout: number | undefined;
  /** How often an item that failed is run again. */
  readonly retries: number;
  /** Tasks of a higher one go first. */
  readonly priority: number;
  readonly onProgress?: OnProgress | undefined;
  /** Whether to show a bar. */
  readonly progress?: boolean | undefined;
}

export interface TaskParts {
  readonly definition: Definition;
  readonly style: CallStyle;
  readonly options: TaskOptions;
  readonly sink: Sink;
  /** More items will be added. False: it is over as soon as those it has are settled. */
  readonly open: boolean;
  /** What its items cost, if not what the function has cost so far. */
  readonly cost?: Cost | undefined;
  /** So many items have been settled, or given up. */
  readonly onSettled: (count: number) => void;
  /** An item has failed. `rejects`: and with it a call. */
  readonly onFailed: (rejects: boolean) => void;
  /** So many items have been given up. */
  readonly onDropped: (count: number) => void;
  /** Called once, when every item is settled and no more may come. */
  readonly onOver: () => void;
}
