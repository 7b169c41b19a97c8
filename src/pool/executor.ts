// ProcessPoolExecutor: calls run in worker processes; each call is a future.

import { Deadline } from '../base/deadline.js';
import { PoolTerminatedError, StateError } from '../base/errors.js';
import { getStartMethod, methodOfContext } from '../process/start-method.js';
import type { AnyFunction } from '../serialization/function-recipe.js';
import { UnknownCost } from './chunking.js';
import { Crew } from './crew.js';
import {
  checkExecutorOptions,
  checkShutdownOptions,
  type ExecutorMapOptions,
  type ExecutorOptions,
  readMapOptions,
  type ShutdownOptions,
} from './executor-options.js';
import { CallStyle } from './frames.js';
import { Future, newCancellation } from './future.js';
import { guardedSource } from './guarded-source.js';
import { PackedValue } from './packed-value.js';
import { PendingHold } from './pending-hold.js';
import { checkFunction } from './pool-options.js';
import type { Source } from './result-stream.js';
import { Submissions } from './submissions.js';
import { TimedResults } from './timed-results.js';
import { budgetOfEach, workerBudget } from './worker-budget.js';

/**
 * Worker processes that run calls; the counterpart of `concurrent.futures.ProcessPoolExecutor`.
 *
 * Workers are started at the first call. A worker that dies fails the call it was running and no other, and is replaced: an
 * executor is never "broken" by it. An idle executor does not keep the program alive, a call that has not ended does.
 * Each call is a message of its own: for many short ones, `map` or `Pool` is faster.
 */
export class ProcessPoolExecutor {
  readonly #crew: Crew;
  readonly #submissions: Submissions;
  readonly #initializer: PackedValue | undefined;
  readonly #hold = new PendingHold();
  #isShutDown = false;
  #broken: Error | undefined;
  #ended: Promise<void> | undefined;

  /**
   * Starts no process yet.
   * @throws {TypeError | RangeError} If an option is wrong, or not supported yet.
   * @throws {NotShippableError | SerializationError} If initializer or initargs can't travel.
   */
  constructor(options: ExecutorOptions = {}) {
    checkExecutorOptions('ProcessPoolExecutor', options);
    const { maxWorkers = workerBudget(), initializer, initargs = [] } = options;
    if (initializer) this.#initializer = PackedValue.of([initializer, initargs], 'initializer');
    this.#crew = new Crew({
      processes: maxWorkers,
      name: 'ExecutorWorker',
      initializer: this.#initializer && [this.#initializer.bytes, this.#initializer.attachments],
      method: methodOfContext(options.context) ?? getStartMethod(),
      maxTasksPerChild: options.maxTasksPerChild ?? Number.POSITIVE_INFINITY,
      onBroken: (error) => this.#break(error),
      budget: budgetOfEach,
      onReady: () => {},
    });
    this.#submissions = new Submissions(this.#crew, this.#hold);
  }

  /** Whether it takes calls: it was not shut down, and its workers can be started. */
  get isOpen(): boolean {
    return !this.#isShutDown && this.#broken === undefined;
  }

  /**
   * Runs `fn(...args)` in a worker. The arguments are serialized inside the call.
   * @returns Rejects with the function's error, WorkerCrashedError, PoolTerminatedError, InitializerError or CancelledError.
   * @throws {StateError} After shutdown. {NotShippableError | SerializationError} If function or arguments can't travel.
   */
  submit<Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args): Future<Awaited<R>> {
    checkFunction('submit: the task', fn);
    this.#checkOpen('submit');
    this.#crew.start();
    return new Future((settler) => this.#submissions.submit(fn as AnyFunction, args, settler));
  }

  /**
   * The results of `fn(item)` in the order of the items, all of which are submitted at once; with `bufferSize`, so many ahead.
   * An error ends the iteration and cancels what has not begun, as `break` does.
   * @returns Rejects with the function's error, or TimeoutError if a result is not there in time.
   * @throws {StateError} After shutdown. {TypeError | RangeError} If items or an option is wrong. {NotShippableError}.
   */
  map<T, R>(
    fn: (item: T) => R,
    items: Source<T>,
    options: ExecutorMapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    const taskOptions = readMapOptions(fn, items, options);
    const deadline = Deadline.from(options.timeout);
    this.#checkOpen('map');
    this.#crew.start();
    const many = {
      fn: fn as AnyFunction,
      items: guardedSource<unknown>(items, () => this.#checkOpen('map')),
      style: CallStyle.item,
      options: taskOptions,
      signal: undefined,
      maxInFlight: options.bufferSize ?? Number.POSITIVE_INFINITY,
    };
    const results = this.#submissions.stream<Awaited<R>>(many, {
      ordered: true,
      cost: taskOptions.chunkSize === 'auto' ? undefined : new UnknownCost(),
    });
    return options.timeout === undefined ? results : new TimedResults(results, deadline);
  }

  /**
   * Takes no more calls. Those it has taken are run, unless `cancelFutures`; then the workers end. May be called again.
   * @returns With `wait`, resolves when everything is done and the workers have ended; else at once.
   * @throws {TypeError} If an option is wrong.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    checkShutdownOptions(options);
    const { wait = true, cancelFutures = false } = options;
    this.#isShutDown = true;
    this.#submissions.closeSources();
    if (cancelFutures) this.#cancelWaiting();
    this.#ended ??= this.#end();
    if (wait) await this.#hold.during(this.#ended);
  }

  /**
   * Shuts down and ends the workers by SIGTERM (SIGKILL to one that does not listen). What runs rejects with PoolTerminatedError,
   * what has not begun with CancelledError. Resolves when the workers have ended.
   */
  terminateWorkers(): Promise<void> {
    return this.#endNow({ atOnce: false });
  }

  /** As `terminateWorkers`, by SIGKILL. */
  killWorkers(): Promise<void> {
    return this.#endNow({ atOnce: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #endNow(how: { atOnce: boolean }): Promise<void> {
    this.#isShutDown = true;
    this.#cancelWaiting();
    this.#failAll(new PoolTerminatedError('the workers of the executor were terminated'));
    this.#ended ??= this.#end();
    this.#crew.kill(how);
    return this.#hold.during(this.#ended);
  }

  #cancelWaiting(): void {
    const reason = newCancellation('the executor was shut down before this ran');
    this.#submissions.dropEach(reason, { all: false });
  }

  #failAll(reason: Error): void {
    this.#submissions.dropEach(reason, { all: true });
    this.#submissions.closeSources();
  }

  /** No worker can be started: nothing will ever run. */
  #break(error: Error): void {
    this.#broken = error;
    this.#failAll(error);
  }

  async #end(): Promise<void> {
    await new Promise<void>((resolve) => this.#submissions.whenAllOver(resolve));
    this.#crew.stop();
    await this.#crew.ended();
    this.#submissions.release();
    this.#initializer?.release();
  }

  #checkOpen(method: string): void {
    if (this.#isShutDown) throw new StateError(`${method}: the executor is shut down: make a new one`);
    if (this.#broken) throw this.#broken;
  }
}
