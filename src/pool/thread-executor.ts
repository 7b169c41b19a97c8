// ThreadPoolExecutor: an executor whose workers are threads.

import { ProcessPoolExecutor } from './executor.js';
import { type ExecutorOptions, executorNames } from './executor-options.js';
import { checkNames } from './pool-options.js';

/** As those of a `ProcessPoolExecutor`, which has a `context` besides. */
export type ThreadExecutorOptions = Omit<ExecutorOptions, 'context'>;

/**
 * A `ProcessPoolExecutor` in the `thread` context: its workers are threads of this process; the counterpart of
 * `concurrent.futures.ThreadPoolExecutor`.
 *
 * Unlike Python's, its threads share no objects: arguments and results are serialized, and they run JavaScript at the same time.
 * For the rest see `ThreadPool` and `ProcessPoolExecutor`.
 */
export class ThreadPoolExecutor extends ProcessPoolExecutor {
  /**
   * Starts no thread yet.
   * @throws {TypeError | RangeError} If an option is wrong.
   * @throws {NotShippableError | SerializationError} If initializer or initargs can't travel.
   */
  constructor(options: ThreadExecutorOptions = {}) {
    checkNames(
      'ThreadPoolExecutor',
      options,
      executorNames.filter((name) => name !== 'context'),
    );
    super({ ...options, context: 'thread' });
  }
}
