// Pool: a function over many inputs, in a fixed number of worker processes.

import type { AsyncResult } from './async-result.js';
import { CallStyle } from './frames.js';
import { PoolCalls } from './pool-calls.js';
import { watchForLeak } from './pool-leak.js';
import { PoolLife } from './pool-life.js';
import {
  type ApplyOptions,
  checkPoolOptions,
  checkProcesses,
  type ImapOptions,
  type MapAsyncOptions,
  type MapOptions,
  type PoolOptions,
  type RunOptions,
} from './pool-options.js';
import type { PoolStats } from './pool-stats.js';
import type { Source } from './result-stream.js';
import { toPromise } from './sinks.js';
import { workerBudget } from './worker-budget.js';

type Fn<Args extends unknown[], R> = (...args: Args) => R;

/**
 * Worker processes that run a function over many inputs; the counterpart of `multiprocessing.Pool`.
 *
 * Arguments are serialized inside the call. A worker runs one item at a time; one that dies fails the item it was running
 * and no other, and is replaced. An idle pool does not keep the program alive.
 * Not for one long-running job: that is what `Process` is for.
 */
export class Pool {
  readonly #life: PoolLife;
  readonly #calls: PoolCalls;

  /**
   * Starts the workers.
   * @param processes As many as there are processors unless said. In a task of another pool: that worker's share of them, so
   *   that pools inside of pools do not make more busy processes than there are processors.
   * @throws {TypeError | RangeError} If an option is wrong, or not supported yet.
   * @throws {NotShippableError | SerializationError} If initializer or initargs can't travel.
   */
  constructor(processes: number = workerBudget(), options: PoolOptions = {}) {
    checkPoolOptions(processes, options);
    this.#life = new PoolLife(processes, options);
    this.#calls = new PoolCalls(this.#life);
    watchForLeak(this, this.#life, new.target);
  }

  /**
   * Runs `fn(...args)` in a worker.
   * @throws The function's error. {NotShippableError | SerializationError} If function, arguments or result can't travel.
   * @throws {WorkerCrashedError} If the worker died over it. {TimeoutError}. {PoolTerminatedError}. {StateError} If closed.
   */
  apply<Args extends unknown[], R>(fn: Fn<Args, R>, args?: Args, task: RunOptions = {}): Promise<Awaited<R>> {
    return this.#calls.apply(fn, args, task);
  }

  /** As `apply`, without waiting: what is wrong with the call is thrown at once. */
  applyAsync<Args extends unknown[], R>(
    fn: Fn<Args, R>,
    args?: Args,
    task: ApplyOptions<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>> {
    return this.#calls.applyAsync(fn, args, task as ApplyOptions);
  }

  /** The results of `fn(item)` in the order of the items. The first error rejects at once and cancels the rest. */
  map<T, R>(fn: Fn<[item: T], R>, items: Source<T>, options: MapOptions = {}): Promise<Awaited<R>[]> {
    return this.#calls.map({ method: 'map', fn, items, style: CallStyle.item }, options);
  }

  /** As `map`, without waiting. */
  mapAsync<T, R>(
    fn: Fn<[item: T], R>,
    items: Source<T>,
    options: MapAsyncOptions<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#calls.mapAsync(
      { method: 'mapAsync', fn, items, style: CallStyle.item },
      options as MapAsyncOptions,
    );
  }

  /** As `map`; each item is a list of arguments: `fn(...item)`. */
  starmap<Args extends unknown[], R>(
    fn: Fn<Args, R>,
    items: Source<Readonly<Args>>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    return this.#calls.map({ method: 'starmap', fn, items, style: CallStyle.spread }, options);
  }

  /** As `starmap`, without waiting. */
  starmapAsync<Args extends unknown[], R>(
    fn: Fn<Args, R>,
    items: Source<Readonly<Args>>,
    options: MapAsyncOptions<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#calls.mapAsync(
      { method: 'starmapAsync', fn, items, style: CallStyle.spread },
      options as MapAsyncOptions,
    );
  }

  /** Every outcome, in the order of the items; the counterpart of `Promise.allSettled`. */
  mapSettled<T, R>(
    fn: Fn<[item: T], R>,
    items: Source<T>,
    options: MapOptions = {},
  ): Promise<PromiseSettledResult<Awaited<R>>[]> {
    return this.#calls.mapSettled({ method: 'mapSettled', fn, items, style: CallStyle.item }, options);
  }

  /**
   * The results of `fn(item)` one by one, in the order of the items, which are read only a little ahead of what is taken.
   * An error ends the iteration and cancels the rest, as `break` does; where every outcome is wanted: `mapSettled`.
   */
  imap<T, R>(
    fn: Fn<[item: T], R>,
    items: Source<T>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    const call = { method: 'imap', fn, items, style: CallStyle.item };
    return this.#calls.imap(call, options, { ordered: true });
  }

  /** As `imap`, in the order in which results come in. */
  imapUnordered<T, R>(
    fn: Fn<[item: T], R>,
    items: Source<T>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    const call = { method: 'imapUnordered', fn, items, style: CallStyle.item };
    return this.#calls.imap(call, options, { ordered: false });
  }

  /**
   * Resolves when all workers are ready.
   * @throws {InitializerError} If the initializer throws in every worker. {StateError} If the pool is closed.
   */
  ready(): Promise<void> {
    return toPromise((settler) => this.#life.ready(settler));
  }

  /**
   * Changes the number of workers, while they work. More are started at once; those too many take nothing new, and end when
   * they have finished the item they are running; what they had not begun goes to others. Nothing fails by it.
   * @returns Resolves when so many workers are ready and those too many have ended; there is no need to wait. If it is called
   *   again meanwhile, when the last size is reached. Rejects with InitializerError or StateError as `ready` does.
   * @throws {TypeError | RangeError} (as a rejection) If it is not a whole number of at least 1. {StateError} After close.
   */
  resize(processes: number): Promise<void> {
    let isUnderWay = false;
    const done = toPromise<void>((settler) => {
      checkProcesses(processes);
      this.#life.resize(processes, settler);
      isUnderWay = true;
    });
    if (isUnderWay) done.catch(() => {}); // who does not wait for it is not told
    return done;
  }

  /** What it is doing and has done. Costs a little for each worker, nothing between the calls. */
  stats(): PoolStats {
    return this.#life.stats();
  }

  /** Takes no more; the workers end when everything submitted is done. */
  close(): void {
    this.#life.close();
  }

  /** Ends the workers now; everything pending rejects with PoolTerminatedError. Resolves when they have ended. */
  terminate(): Promise<void> {
    return this.#life.terminate();
  }

  /** Resolves when all workers have ended. @throws {StateError} Before `close` or `terminate`. */
  join(): Promise<void> {
    return this.#life.join();
  }

  /**
   * At the end of an `await using` block: `close` and `join`, so that everything submitted is done. If one of its calls has failed
   * in this very turn of the event loop and others are pending, `terminate`: then the error is what ends the block. An error from
   * elsewhere can't be known here; where pending work must not be waited for then, call `terminate` in a `catch`.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#life.dispose();
  }
}
