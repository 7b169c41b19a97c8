// Pool: a function over many inputs, in a fixed number of worker processes.

import { PoolTerminatedError, StateError } from '../base/errors.js';
import { isImporting } from '../process/child-content.js';
import { cpuCount } from '../process/cpu-count.js';
import type { AnyFunction } from '../serialization/function-recipe.js';
import { AsyncResult } from './async-result.js';
import { Crew } from './crew.js';
import { CallStyle } from './frames.js';
import { PackedValue } from './packed-value.js';
import { PendingHold } from './pending-hold.js';
import {
  type ApplyOptions,
  applyNames,
  checkArguments,
  checkFunction,
  checkItems,
  checkPoolOptions,
  type ImapOptions,
  imapNames,
  type MapAsyncOptions,
  type MapOptions,
  mapAsyncNames,
  mapNames,
  type PoolOptions,
  type RunOptions,
  readOptions,
  runNames,
} from './pool-options.js';
import type { PoolStats } from './pool-stats.js';
import type { Source } from './result-stream.js';
import { ArraySink, OutcomeSink, type Settler, toPromise } from './sinks.js';
import { type ManyItems, Submissions } from './submissions.js';

type Fn<Args extends unknown[], R> = (...args: Args) => R;

/** What a method was called with. */
interface Call {
  readonly method: string;
  readonly fn: unknown;
  readonly items: unknown;
  readonly style: CallStyle;
}

/**
 * Worker processes that run a function over many inputs; the counterpart of `multiprocessing.Pool`.
 *
 * Arguments are serialized inside the call. A worker runs one item at a time; one that dies fails the item it was running
 * and no other, and is replaced. An idle pool does not keep the program alive.
 * Not for one long-running job: that is what `Process` is for.
 */
export class Pool {
  readonly #processes: number;
  readonly #crew: Crew;
  readonly #submissions: Submissions;
  readonly #initializer: PackedValue | undefined;
  readonly #hold = new PendingHold();
  #waitingForReady: Settler[] = [];
  #state: 'open' | 'closed' | 'terminated' = 'open';
  #broken: Error | undefined;
  #ended: Promise<void> | undefined;

  /**
   * Starts the workers.
   * @throws {TypeError | RangeError} If an option is wrong, or not supported yet.
   * @throws {NotShippableError | SerializationError} If initializer or initargs can't travel.
   */
  constructor(processes: number = cpuCount(), options: PoolOptions = {}) {
    checkPoolOptions(processes, options);
    const {
      initializer,
      initargs = [],
      maxTasksPerChild = Number.POSITIVE_INFINITY,
      name = 'PoolWorker',
    } = options;
    this.#processes = processes;
    if (initializer) this.#initializer = PackedValue.of([initializer, initargs], 'initializer');
    this.#crew = new Crew({
      processes,
      name,
      initializer: this.#initializer && [this.#initializer.bytes, this.#initializer.attachments],
      maxTasksPerChild,
      onBroken: (error) => this.#break(error),
      onReady: () => this.#tellReady(),
    });
    this.#submissions = new Submissions(this.#crew, this.#hold, processes);
    // A module that a worker imports may make a pool: it must not start workers of workers of workers.
    if (!isImporting()) this.#crew.start();
  }

  /**
   * Runs `fn(...args)` in a worker.
   * @throws The function's error. {NotShippableError | SerializationError} If function, arguments or result can't travel.
   * @throws {WorkerCrashedError} If the worker died over it. {TimeoutError}. {PoolTerminatedError}. {StateError} If closed.
   */
  apply<Args extends unknown[], R>(fn: Fn<Args, R>, args?: Args, task: RunOptions = {}): Promise<Awaited<R>> {
    return toPromise((settler) => {
      const options = readOptions('apply', task, runNames);
      this.#call('apply', fn, args, { options, signal: task.signal }, settler);
    });
  }

  /** As `apply`, without waiting: what is wrong with the call is thrown at once. */
  applyAsync<Args extends unknown[], R>(
    fn: Fn<Args, R>,
    args?: Args,
    task: ApplyOptions<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>> {
    const options = readOptions('applyAsync', task as ApplyOptions, applyNames);
    return asyncResult(task as ApplyOptions, (settler) =>
      this.#call('applyAsync', fn, args, { options, signal: task.signal }, settler),
    );
  }

  /** The results of `fn(item)` in the order of the items. The first error rejects at once and cancels the rest. */
  map<T, R>(fn: Fn<[item: T], R>, items: Source<T>, options: MapOptions = {}): Promise<Awaited<R>[]> {
    return this.#map({ method: 'map', fn, items, style: CallStyle.item }, options);
  }

  /** As `map`, without waiting. */
  mapAsync<T, R>(
    fn: Fn<[item: T], R>,
    items: Source<T>,
    options: MapAsyncOptions<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapAsync(
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
    return this.#map({ method: 'starmap', fn, items, style: CallStyle.spread }, options);
  }

  /** As `starmap`, without waiting. */
  starmapAsync<Args extends unknown[], R>(
    fn: Fn<Args, R>,
    items: Source<Readonly<Args>>,
    options: MapAsyncOptions<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapAsync(
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
    const call = { method: 'mapSettled', fn, items, style: CallStyle.item };
    return toPromise((settler) => {
      this.#submissions.many(new OutcomeSink(settler), settler, this.#check(call, options, mapNames));
    });
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
    const many = this.#check({ method: 'imap', fn, items, style: CallStyle.item }, options, imapNames);
    return this.#submissions.stream(many, { ordered: true, maxInFlight: options.maxInFlight });
  }

  /** As `imap`, in the order in which results come in. */
  imapUnordered<T, R>(
    fn: Fn<[item: T], R>,
    items: Source<T>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    const many = this.#check(
      { method: 'imapUnordered', fn, items, style: CallStyle.item },
      options,
      imapNames,
    );
    return this.#submissions.stream(many, { ordered: false, maxInFlight: options.maxInFlight });
  }

  /**
   * Resolves when all workers are ready.
   * @throws {InitializerError} If the initializer throws in every worker. {StateError} If the pool is closed.
   */
  ready(): Promise<void> {
    return toPromise((settler) => {
      this.#checkOpen('ready');
      this.#crew.start();
      if (this.#broken) throw this.#broken;
      if (this.#crew.isReady) return settler.resolve(undefined);
      this.#hold.add();
      this.#waitingForReady.push(settler);
    });
  }

  stats(): PoolStats {
    const { ready, started, crashed, completed } = this.#crew.counts;
    const { pending } = this.#submissions;
    return { processes: this.#processes, ready, started, crashed, completed, pending, pids: this.#crew.pids };
  }

  /** Takes no more; the workers end when everything submitted is done. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    this.#rejectReady(new StateError('the pool was closed before its workers were ready'));
    this.#submissions.whenAllOver(() => this.#end(() => this.#crew.stop()));
  }

  /** Ends the workers now; everything pending rejects with PoolTerminatedError. Resolves when they have ended. */
  terminate(): Promise<void> {
    if (this.#state !== 'terminated') {
      this.#state = 'terminated';
      const reason = new PoolTerminatedError();
      this.#rejectReady(reason);
      this.#submissions.abortAll(reason);
      this.#crew.kill();
      this.#end(() => {});
    }
    return this.#hold.during(this.#ended as Promise<void>);
  }

  /** Resolves when all workers have ended. @throws {StateError} Before `close` or `terminate`. */
  async join(): Promise<void> {
    if (this.#state === 'open')
      throw new StateError('join: the pool is open: call close() or terminate() before');
    await this.#hold.during(
      new Promise<void>((resolve) => this.#submissions.whenAllOver(() => resolve(this.#ended))),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.join();
  }

  #call(
    method: string,
    fn: unknown,
    args: unknown[] | undefined,
    how: Pick<ManyItems, 'options' | 'signal'>,
    settler: Settler,
  ): (reason: unknown) => void {
    checkFunction(`${method}: the task`, fn);
    checkArguments(method, args);
    this.#checkSubmit(method);
    return this.#submissions.call(fn as AnyFunction, args ?? [], how, settler);
  }

  #map<R>(call: Call, options: MapOptions): Promise<R[]> {
    return toPromise((settler) => {
      this.#submissions.many(new ArraySink(settler), settler, this.#check(call, options, mapNames));
    });
  }

  #mapAsync<R>(call: Call, options: MapAsyncOptions): AsyncResult<R[]> {
    const many = this.#check(call, options as ApplyOptions, mapAsyncNames);
    return asyncResult(options as ApplyOptions, (settler) =>
      this.#submissions.many(new ArraySink(settler), settler, many),
    );
  }

  #check(
    { method, fn, items, style }: Call,
    options: ImapOptions & ApplyOptions,
    names: readonly string[],
  ): ManyItems {
    checkFunction(`${method}: the task`, fn);
    checkItems(method, items);
    const taskOptions = readOptions(method, options, names);
    this.#checkSubmit(method);
    const source = items as Source<unknown>;
    return { fn: fn as AnyFunction, items: source, style, options: taskOptions, signal: options.signal };
  }

  #checkSubmit(method: string): void {
    this.#checkOpen(method);
    if (this.#broken) throw this.#broken;
    this.#crew.start();
  }

  #checkOpen(method: string): void {
    if (this.#state !== 'open') throw new StateError(`${method}: the pool is ${this.#state}`);
  }

  /** No worker can be started: nothing will ever run. */
  #break(error: Error): void {
    this.#broken = error;
    this.#rejectReady(error);
    this.#submissions.abortAll(error);
  }

  #tellReady(): void {
    for (const { resolve } of this.#takeWaiting()) resolve(undefined);
  }

  #rejectReady(error: Error): void {
    for (const { reject } of this.#takeWaiting()) reject(error);
  }

  #takeWaiting(): Settler[] {
    const waiting = this.#waitingForReady;
    this.#waitingForReady = [];
    this.#hold.remove(waiting.length);
    return waiting;
  }

  #end(stop: () => void): void {
    if (this.#ended) return;
    stop();
    this.#ended = this.#crew.ended().then(() => {
      this.#submissions.release();
      this.#initializer?.release();
    });
  }
}

/** @param start Submits. @returns What gives it up. */
function asyncResult<T>(
  options: ApplyOptions,
  start: (settler: Settler) => (reason: unknown) => void,
): AsyncResult<T> {
  return new AsyncResult<T>(options as ApplyOptions<T>, (resolve, reject) =>
    start({ resolve: resolve as Settler['resolve'], reject }),
  );
}
