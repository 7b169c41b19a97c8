// The errors that tell of a worker's end, and of what it was running.

import { InitializerError, ProcessCrashedError, TimeoutError, WorkerCrashedError } from '../base/errors.js';
import type { Item } from './dispatcher.js';
import { MOST_DEATHS } from './item-history.js';
import type { Task } from './task.js';
import type { WorkerEnd } from './worker.js';

/** The function's name, and the item's index where there are several. */
export function describeItem({ source, index }: Item<Task>): string {
  const { name } = source.definition;
  return source.isCall ? name : `${name}[${index}]`;
}

/** What is known of a worker's death besides how it ended. */
export interface CrashDetails {
  readonly task: string;
  readonly stderrTail: string;
  /** Its heap had reached its limit. */
  readonly isOutOfMemory: boolean;
  /** The item is not run again, although it might be. */
  readonly isQuarantined: boolean;
}

/** A worker died while it ran a task. */
export function crashError(name: string, end: WorkerEnd, details: CrashDetails): WorkerCrashedError {
  const { task, stderrTail, isOutOfMemory, isQuarantined } = details;
  const how = isOutOfMemory ? `out of memory (its heap had reached its limit; ${howOf(end)})` : howOf(end);
  const rest = isQuarantined ? `; that was the ${MOST_DEATHS}th worker, so it is not run again` : '';
  const message = `worker ${name} (pid ${end.pid}) died while it ran ${task}: ${how}${rest}`;
  return new WorkerCrashedError(message, { ...detailsOf(end), task, stderrTail, outOfMemory: isOutOfMemory });
}

/** Workers were started, and none of them came to run anything. */
export function startError(name: string, end: WorkerEnd, initError: unknown): Error {
  if (initError !== undefined) {
    const reason = initError instanceof Error ? initError.message : String(initError);
    const message = `the pool's initializer threw in every worker that was started: ${reason}`;
    return new InitializerError(message, { cause: initError });
  }
  const message = `the pool's workers end before they run anything (the last one, ${name}: ${howOf(end)})`;
  return new ProcessCrashedError(message, detailsOf(end));
}

/** An item has run for too long. Its worker is replaced only if the item does not end when it is told. */
export function timeoutError(task: string, limitMs: number): TimeoutError {
  return new TimeoutError(`${task} has run for more than its timeout of ${limitMs} ms`);
}

function howOf({ signal, exitCode }: WorkerEnd): string {
  return signal ? `killed by ${signal}` : `exit code ${exitCode}`;
}

function detailsOf({ pid, exitCode, signal }: WorkerEnd) {
  return pid === undefined ? { exitCode, signal } : { pid, exitCode, signal };
}
