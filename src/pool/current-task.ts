// What a task may know of itself while it runs.

import { StateError } from '../base/errors.js';

export interface CurrentTask {
  /** Number of the item among all that this worker was given; unique among those it runs. */
  readonly id: number;
  /** Which run of the item this is: 1, and more where it is run again (`retries`). */
  readonly attempt: number;
}

let id = -1;
let attempt = 1;

/** For the worker, before each item; -1 after the last. */
export function enterTask(newId: number, newAttempt: number): void {
  id = newId;
  attempt = newAttempt;
}

/** The item that this worker of a Pool runs now. @throws {StateError} Outside of a task. */
export function currentTask(): CurrentTask {
  if (id < 0) throw new StateError('currentTask() is for functions that a Pool runs, while they run');
  return { id, attempt };
}
