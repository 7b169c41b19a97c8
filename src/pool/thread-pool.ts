// ThreadPool: a Pool whose workers are threads.

import { Pool } from './pool.js';
import { checkNames, type PoolOptions, poolNames } from './pool-options.js';
import { workerBudget } from './worker-budget.js';

/** As those of a `Pool`, which has a `context` besides. */
export type ThreadPoolOptions = Omit<PoolOptions, 'context'>;

/**
 * A `Pool` in the `thread` context: its workers are threads of this process; the counterpart of `multiprocessing.pool.ThreadPool`.
 *
 * They start in half the time and take less memory, and nothing else is different: values are still serialized, module state
 * is each worker's own, and a worker that dies fails the item it was running and no other. What ends the process, as a fault in
 * native code or `process.kill(process.pid)`, ends all of them. A worker that is to end ends at its next step in JavaScript: not
 * in the middle of a call of native code.
 */
export class ThreadPool extends Pool {
  /**
   * Starts the workers.
   * @throws {TypeError | RangeError} If an option is wrong.
   * @throws {NotShippableError | SerializationError} If initializer or initargs can't travel.
   */
  constructor(processes: number = workerBudget(), options: ThreadPoolOptions = {}) {
    checkNames(
      'ThreadPool',
      options,
      poolNames.filter((name) => name !== 'context'),
    );
    super(processes, { ...options, context: 'thread' });
  }
}
