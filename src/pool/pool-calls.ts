// The calls of a pool's methods: checked, and submitted.

import type { AnyFunction } from '../serialization/function-recipe.js';
import { AsyncResult } from './async-result.js';
import { CallSite } from './call-site.js';
import type { CallStyle } from './frames.js';
import type { PoolLife } from './pool-life.js';
import {
  type ApplyOptions,
  applyNames,
  checkArguments,
  checkFunction,
  checkItems,
  type ImapOptions,
  type MapAsyncOptions,
  type MapOptions,
  mapAsyncNames,
  mapNames,
  type RunOptions,
  readOptions,
  runNames,
} from './pool-options.js';
import type { Source } from './result-stream.js';
import { ArraySink, OutcomeSink, type Settler, toPromise } from './sinks.js';
import type { ManyItems } from './submissions.js';

/** What a method was called with. */
export interface Call {
  readonly method: string;
  readonly fn: unknown;
  readonly items: unknown;
  readonly style: CallStyle;
}

export class PoolCalls {
  readonly #life: PoolLife;
  /** The calls of a function that are being made, without a pause. */
  #burst: { readonly fn: unknown; readonly site: CallSite } | undefined;

  constructor(life: PoolLife) {
    this.#life = life;
  }

  apply<R>(fn: unknown, args: unknown[] | undefined, task: RunOptions): Promise<R> {
    const site = this.#siteOf(fn, this.apply);
    return toPromise((settler) => {
      const options = readOptions('apply', task, runNames);
      this.#call('apply', fn, args, { options, signal: task.signal }, settler);
    }, site);
  }

  applyAsync<R>(fn: unknown, args: unknown[] | undefined, task: ApplyOptions): AsyncResult<R> {
    const site = this.#siteOf(fn, this.applyAsync);
    const options = readOptions('applyAsync', task, applyNames);
    return asyncResult(task, site, (settler) =>
      this.#call('applyAsync', fn, args, { options, signal: task.signal }, settler),
    );
  }

  map<R>(call: Call, options: MapOptions): Promise<R[]> {
    const site = new CallSite(this.map);
    return toPromise((settler) => {
      this.#life.submissions.many(new ArraySink(settler), settler, this.#check(call, options, mapNames));
    }, site);
  }

  mapAsync<R>(call: Call, options: MapAsyncOptions): AsyncResult<R[]> {
    const many = this.#check(call, options as ApplyOptions, mapAsyncNames);
    return asyncResult(options as ApplyOptions, new CallSite(this.mapAsync), (settler) =>
      this.#life.submissions.many(new ArraySink(settler), settler, many),
    );
  }

  mapSettled<R>(call: Call, options: MapOptions): Promise<PromiseSettledResult<R>[]> {
    const site = new CallSite(this.mapSettled);
    return toPromise((settler) => {
      this.#life.submissions.many(new OutcomeSink(settler), settler, this.#check(call, options, mapNames));
    }, site);
  }

  imap<R>(call: Call, options: ImapOptions, how: { ordered: boolean }): AsyncIterableIterator<R> {
    const many = this.#check(call, options, mapNames);
    const site = new CallSite(this.imap);
    return this.#life.submissions.stream(many, { ...how, site });
  }

  /** Keeping a call's frames costs about as much as the call: calls of a function that are made in one go share the first one's. */
  #siteOf(fn: unknown, above: (...args: never[]) => unknown): CallSite {
    const burst = this.#burst;
    if (burst && burst.fn === fn) {
      burst.site.isShared = true; // FAST PATH
      return burst.site;
    }
    const site = new CallSite(above);
    this.#burst = { fn, site };
    queueMicrotask(() => {
      this.#burst = undefined;
    });
    return site;
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
    this.#life.checkSubmit(method);
    return this.#life.submissions.call(fn as AnyFunction, args ?? [], how, settler);
  }

  #check(
    { method, fn, items, style }: Call,
    options: MapOptions & ApplyOptions,
    names: readonly string[],
  ): ManyItems {
    checkFunction(`${method}: the task`, fn);
    checkItems(method, items);
    const taskOptions = readOptions(method, options, names);
    this.#life.checkSubmit(method);
    const source = items as Source<unknown>;
    const { signal, maxInFlight } = options;
    return { fn: fn as AnyFunction, items: source, style, options: taskOptions, signal, maxInFlight };
  }
}

/** @param start Submits. @returns What gives it up. */
function asyncResult<T>(
  options: ApplyOptions,
  site: CallSite,
  start: (settler: Settler) => (reason: unknown) => void,
): AsyncResult<T> {
  return new AsyncResult<T>(options as ApplyOptions<T>, (resolve, reject) =>
    start({ resolve: resolve as Settler['resolve'], reject, site }),
  );
}
