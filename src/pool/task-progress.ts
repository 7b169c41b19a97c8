// How far a call is, as `onProgress` is told.

/** Where a call stands, as `onProgress` is told. */
export interface TaskProgress {
  /** Which item reports, or has ended. */
  readonly index: number;
  /** Which run of the item this is; what an earlier run has reported is not taken back. */
  readonly attempt: number;
  /** Whether the item has ended, with a result or an error. False: it reports while it runs. */
  readonly ended: boolean;
  /** Items of the call that have ended. */
  readonly done: number;
  /** Those of them that ended with an error. */
  readonly failed: number;
  /** Items of the call; undefined while the source has not been read to its end. */
  readonly total: number | undefined;
}

/**
 * Called with each value that an item hands to `currentTask().report()`, in order; and once, with undefined, when an item ends
 * that has reported nothing. Before the result is there. What it throws, or rejects with, is reported as a warning of the process,
 * and harms nothing.
 */
export type OnProgress = (value: unknown, progress: TaskProgress) => unknown;
