// The options of executors: what they mean, and what is refused.

import { type ContextOption, methodOfContext } from '../process/start-method.js';
import { checkCount, checkFunction, checkItems, checkNames, mapNames, readOptions } from './pool-options.js';
import type { TaskOptions } from './task-parts.js';

export interface ExecutorOptions {
  /** Runs in each worker before its first call, with `initargs`. May be async. */
  initializer?: ((...args: never[]) => unknown) | undefined;
  initargs?: unknown[] | undefined;
  /** Worker processes; as many as there are processors unless said; in a task of a pool, its share of them. */
  maxWorkers?: number | undefined;
  /** A worker is replaced after so many calls or items. */
  maxTasksPerChild?: number | undefined;
  /** How workers are started: a context or the name of a start method. `getStartMethod()` of now, unless said. */
  context?: ContextOption | undefined;
}

export interface ExecutorMapOptions {
  /** Milliseconds from the call of `map` on; a result that is not there by then is a TimeoutError. */
  timeout?: number | undefined;
  /** Items that go to a worker together. 'auto', the default, follows how long items take. */
  chunkSize?: number | 'auto' | undefined;
  /** Most items taken from the source whose results have not been delivered. Unless said, all are taken at once. */
  bufferSize?: number | undefined;
}

export interface ShutdownOptions {
  /** Whether to wait until everything is done and the workers have ended; true unless said. */
  wait?: boolean | undefined;
  /** Whether to cancel what no worker has begun; false unless said. */
  cancelFutures?: boolean | undefined;
}

export const executorNames = [
  'maxWorkers',
  'initializer',
  'initargs',
  'maxTasksPerChild',
  'context',
] as const;

/** @throws {TypeError | RangeError} If an option has the wrong type or value, or is not known. */
export function checkExecutorOptions(where: string, options: ExecutorOptions): void {
  checkNames(where, options, executorNames);
  const { maxWorkers, initializer, initargs, maxTasksPerChild, context } = options;
  if (maxWorkers !== undefined) checkCount('maxWorkers', maxWorkers, 1);
  if (initializer !== undefined) checkFunction('initializer', initializer);
  if (initargs !== undefined && !Array.isArray(initargs)) throw new TypeError('initargs must be an array');
  if (maxTasksPerChild !== undefined) checkCount('maxTasksPerChild', maxTasksPerChild, 1);
  methodOfContext(context);
}

/** @throws {TypeError | RangeError} If function, items or an option has the wrong type or value. */
export function readMapOptions(fn: unknown, items: unknown, options: ExecutorMapOptions): TaskOptions {
  checkFunction('map: the task', fn);
  checkItems('map', items);
  checkNames('map', options, ['timeout', 'chunkSize', 'bufferSize']);
  const { chunkSize, bufferSize } = options;
  if (bufferSize !== undefined) checkCount('bufferSize', bufferSize, 1);
  return readOptions('map', { chunkSize }, mapNames);
}

/** @throws {TypeError} If an option has the wrong type, or is not known. */
export function checkShutdownOptions(options: ShutdownOptions): void {
  checkNames('shutdown', options, ['wait', 'cancelFutures']);
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && typeof value !== 'boolean')
      throw new TypeError(`shutdown: ${name} must be true or false, got ${String(value)}`);
  }
}
