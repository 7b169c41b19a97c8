// What a task may know of itself while it runs.

import { StateError } from '../base/errors.js';

export interface CurrentTask {
  /** Number of the item: its own in the pool, the same in each of its runs. */
  readonly id: number;
  /** Which run of the item this is: 1, and more where it is run again (`retries`). */
  readonly attempt: number;
  /**
   * Aborted when the item is to end: with TimeoutError when its time is over, with CancelledError when nobody wants it any more.
   * A task that has looked at it has a second to end by itself; then, and at once if it never looked, its worker is replaced.
   * `aborted` and `throwIfAborted()` are right also in a loop that never returns to the event loop.
   */
  readonly signal: AbortSignal;
  /** What the pool's `initializer` returned in this worker. */
  readonly workerState: unknown;
  /**
   * Sends a value to `onProgress` of whoever submitted the item, in order. It is serialized inside the call. If the receiver is far
   * behind, it waits. Does nothing if there is no `onProgress`, or the item has ended.
   * @throws {SerializationError | NotShippableError} If the value can't travel.
   */
  report(value: unknown): void;
}

/** What the worker knows of the item it runs. */
export interface RunningItem {
  readonly ticket: number;
  readonly id: number;
  readonly attempt: number;
}

/** What a worker offers to its tasks. */
export interface TaskHost {
  readonly workerState: unknown;
  /** The item that runs here and now; undefined between items, and for what an item has left behind. */
  runningItem(): RunningItem | undefined;
  signalOf(item: RunningItem): AbortSignal;
  report(item: RunningItem, value: unknown): void;
}

let host: TaskHost | undefined;

/** For the worker, at its start. */
export function setTaskHost(own: TaskHost): void {
  host = own;
}

/**
 * The item that this worker of a Pool runs now.
 * @throws {StateError} Outside of a task; also in what a task has left running after its end.
 */
export function currentTask(): CurrentTask {
  const own = host;
  const item = own?.runningItem();
  if (!own || !item) throw new StateError('currentTask() is for functions that a Pool runs, while they run');
  return {
    id: item.id,
    attempt: item.attempt,
    get signal() {
      return own.signalOf(item);
    },
    workerState: own.workerState,
    report: (value) => own.report(item, value),
  };
}
