// The options of a pool and of its methods: what they mean, and what is refused.

import { type ContextOption, methodOfContext } from '../process/start-method.js';
import type { AsyncResultOptions } from './async-result.js';
import type { TaskOptions } from './task-parts.js';
import type { OnProgress } from './task-progress.js';

export interface PoolOptions<InitArgs extends unknown[] = unknown[]> {
  /** Runs in each worker before its first task. May be async. */
  initializer?: ((...args: InitArgs) => unknown) | undefined;
  initargs?: InitArgs | undefined;
  /** A worker is replaced after so many items. */
  maxTasksPerChild?: number | undefined;
  /** A worker is replaced when, after an item, so many bytes of it are in memory (as the system counts them). */
  maxMemoryPerChild?: number | undefined;
  /** A worker is replaced when it is so many milliseconds old, and has something to do. */
  maxAgePerChild?: number | undefined;
  /** What its workers are called: `NAME-1`, `NAME-2`. `PoolWorker` unless said. */
  name?: string | undefined;
  /** How its workers are started: a context or the name of a start method. `getStartMethod()` of now, unless said. */
  context?: ContextOption | undefined;
}

export interface RunOptions {
  /**
   * Milliseconds an item may run: then it rejects with TimeoutError. Its `currentTask().signal` is aborted; if it has not ended a
   * second later, or never looked at that, its worker is replaced.
   */
  timeout?: number | undefined;
  /** Gives up everything not settled yet; what runs is stopped. It rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** How often an item that failed is run again; 0 unless said. */
  retries?: number | undefined;
  /** What has a higher one goes to workers first; of one, first come, first served. Any finite number; 0 unless said. */
  priority?: number | undefined;
  /** Called with each value that a running item reports, and once for each item that ends without having reported anything. */
  onProgress?: OnProgress | undefined;
}

export interface ApplyOptions<T = unknown> extends RunOptions, AsyncResultOptions<T> {}

export interface MapOptions extends RunOptions {
  /** Items per message; 'auto', the default, follows how long items take. */
  chunkSize?: number | 'auto' | undefined;
  /** Shows done, total, rate, time left and failures on stderr while it runs, if that is a terminal. */
  progress?: boolean | undefined;
  /**
   * Most items taken from the source that are not settled yet; of `imap` and `imapUnordered`, not yet delivered. Unless said: of an
   * iterable all at once, of an async iterable, and in `imap`, 4 batches for each worker.
   */
  maxInFlight?: number | undefined;
}

export interface MapAsyncOptions<T = unknown> extends MapOptions, AsyncResultOptions<T[]> {}

/** Those of `imap` and `imapUnordered`. */
export type ImapOptions = MapOptions;

export const poolNames = [
  'initializer',
  'initargs',
  'maxTasksPerChild',
  'maxMemoryPerChild',
  'maxAgePerChild',
  'name',
  'context',
] as const;

/** @throws {TypeError | RangeError} If an option has the wrong type or value, or is not known. */
export function checkPoolOptions(processes: number, options: PoolOptions): void {
  checkProcesses(processes);
  checkNames('Pool', options, poolNames);
  const { initializer, initargs, maxTasksPerChild, maxMemoryPerChild, maxAgePerChild, name } = options;
  methodOfContext(options.context);
  if (initializer !== undefined) checkFunction('initializer', initializer);
  if (initargs !== undefined && !Array.isArray(initargs)) throw new TypeError('initargs must be an array');
  if (name !== undefined && typeof name !== 'string') throw new TypeError('name must be a string');
  if (maxTasksPerChild !== undefined) checkCount('maxTasksPerChild', maxTasksPerChild, 1);
  if (maxMemoryPerChild !== undefined) checkCount('maxMemoryPerChild', maxMemoryPerChild, 1);
  if (maxAgePerChild !== undefined) checkCount('maxAgePerChild', maxAgePerChild, 1);
}

/** @throws {TypeError | RangeError} If a pool can't have so many. */
export function checkProcesses(processes: unknown): void {
  if (typeof processes === 'number' && processes < 1)
    throw new RangeError(`a pool needs at least 1 process, got ${processes}`);
  if (!Number.isInteger(processes))
    throw new TypeError(`processes must be a whole number, got ${String(processes)}`);
}

export const runNames = ['timeout', 'signal', 'retries', 'priority', 'onProgress'] as const;
export const applyNames = [...runNames, 'callback', 'errorCallback'] as const;
export const mapNames = [...runNames, 'chunkSize', 'progress', 'maxInFlight'] as const;
export const mapAsyncNames = [...mapNames, 'callback', 'errorCallback'] as const;

/**
 * Checks the options of a method.
 * @param names Those it knows.
 * @throws {TypeError | RangeError} If one has the wrong type or value, or is not known.
 */
export function readOptions(
  method: string,
  options: MapOptions & ApplyOptions,
  names: readonly string[],
): TaskOptions {
  checkNames(method, options, names);
  const { timeout, signal, retries, priority, chunkSize, maxInFlight, onProgress, progress } = options;
  const { callback, errorCallback } = options;
  if (timeout !== undefined) {
    if (typeof timeout !== 'number' || Number.isNaN(timeout))
      throw new TypeError('timeout must be a number of milliseconds');
    if (timeout <= 0) throw new RangeError(`timeout must be more than 0 ms, got ${timeout}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError('signal must be an AbortSignal');
  if (retries !== undefined) checkCount('retries', retries, 0);
  if (priority !== undefined) checkPriority(priority);
  if (maxInFlight !== undefined) checkCount('maxInFlight', maxInFlight, 1);
  if (chunkSize !== undefined && chunkSize !== 'auto') checkCount('chunkSize', chunkSize, 1);
  if (onProgress !== undefined) checkFunction('onProgress', onProgress);
  if (progress !== undefined && typeof progress !== 'boolean')
    throw new TypeError(`progress must be true or false, got ${String(progress)}`);
  if (callback !== undefined) checkFunction('callback', callback);
  if (errorCallback !== undefined) checkFunction('errorCallback', errorCallback);
  return {
    chunkSize: chunkSize ?? 'auto',
    timeout: timeout === Number.POSITIVE_INFINITY ? undefined : timeout,
    retries: retries ?? 0,
    priority: priority ?? 0,
    onProgress,
    progress,
  };
}

export function checkFunction(what: string, fn: unknown): void {
  if (typeof fn !== 'function')
    throw new TypeError(`${what} must be a function, got ${fn === null ? 'null' : typeof fn}`);
}

export function checkArguments(method: string, args: unknown): void {
  if (args === undefined || Array.isArray(args)) return;
  throw new TypeError(
    `${method}: the arguments must be an array, got ${args === null ? 'null' : typeof args}`,
  );
}

export function checkItems(method: string, items: unknown): void {
  if (typeof items === 'string') return;
  if (
    typeof items === 'object' &&
    items !== null &&
    (Symbol.asyncIterator in items || Symbol.iterator in items)
  )
    return;
  throw new TypeError(
    `${method}: the items must be an iterable or an async iterable, got ${items === null ? 'null' : typeof items}`,
  );
}

export function checkCount(what: string, count: unknown, least: number): void {
  if (typeof count === 'number' && count < least)
    throw new RangeError(`${what} must be at least ${least}, got ${count}`);
  if (!Number.isInteger(count)) throw new TypeError(`${what} must be a whole number, got ${String(count)}`);
}

function checkPriority(priority: unknown): void {
  if (typeof priority !== 'number' || Number.isNaN(priority))
    throw new TypeError(`priority must be a number, got ${String(priority)}`);
  if (!Number.isFinite(priority)) throw new RangeError(`priority must be a finite number, got ${priority}`);
}

export function checkNames(where: string, options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${where}: options must be an object`);
  for (const [name, value] of Object.entries(options)) {
    if (names.includes(name) || value === undefined) continue;
    throw new TypeError(`${where}: the option ${name} is not known; it takes ${names.join(', ')}`);
  }
}
