// Future: the handle of one call that an executor has taken.
//
//   PENDING ──a worker has it──► RUNNING ──► FINISHED (value or error)
//      └────cancel(), or shutdown({ cancelFutures })────► CANCELLED
//
// PENDING or RUNNING is the pool's to know: it is asked when somebody asks.

import { Deadline, type Wait } from '../base/deadline.js';
import { CancelledError, TimeoutError } from '../base/errors.js';
import { calledWithin } from './callback-wait.js';
import { checkFunction } from './pool-options.js';
import type { Settler } from './sinks.js';
import type { PlacedCall } from './submissions.js';

type State<T> =
  | { readonly is: 'pending' }
  | { readonly is: 'value'; readonly value: T }
  | { readonly is: 'error' | 'cancelled'; readonly error: unknown };

/** Reasons that mean "cancelled", as opposed to a CancelledError that a task has thrown. */
const cancellations = new WeakSet<object>();

/** The reason to withdraw a call with, so that its future counts as cancelled. */
export function newCancellation(message: string): CancelledError {
  const error = new CancelledError(message);
  cancellations.add(error);
  return error;
}

let addListener: typeof whenDone;
let isFailed: typeof hasFailed;

/**
 * The result of `executor.submit`, now or later: a promise, with the methods of `concurrent.futures.Future`.
 *
 * Not to be made by hand: executors make it. As in Python, an error that nobody asks for is silent: a future counts as handled, and
 * never causes an unhandled rejection. A promise derived from it (`future.then(f)`) is an ordinary promise, and does.
 */
export class Future<T> extends Promise<T> {
  #state: State<T> = { is: 'pending' };
  readonly #call: PlacedCall;
  readonly #settler: Settler;
  #callbacks: (() => unknown)[] | undefined;
  #listeners: Set<() => void> | undefined;

  /** What is derived from it is a plain promise: it has no call that could be cancelled. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** For executors only. @param place Puts the call where it is run from; it is told there who wants to know. */
  constructor(place: (settler: Settler) => PlacedCall) {
    let settler: Settler | undefined;
    super((resolve, reject) => {
      settler = { resolve: resolve as Settler['resolve'], reject };
    });
    this.#settler = settler as Settler;
    super.then(undefined, () => {}); // counts as handled
    this.#call = place({
      resolve: (value) => this.#settle({ is: 'value', value: value as T }),
      reject: (error) => this.#settle({ is: isCancellation(error) ? 'cancelled' : 'error', error }),
    });
  }

  /**
   * Gives the call up if no worker has it: then it never runs, and the future rejects with CancelledError.
   * @returns False if it runs or has ended; true if it is cancelled, also if it was before.
   */
  cancel(): boolean {
    if (this.#state.is !== 'pending') return this.cancelled();
    return this.#call.withdraw(newCancellation('the future was cancelled before it ran'));
  }

  /** Whether it was cancelled. A task that threw a CancelledError was not. */
  cancelled(): boolean {
    return this.#state.is === 'cancelled';
  }

  /** Whether a worker has it, so that it can't be cancelled. False again if that worker dies before it has begun with it. */
  running(): boolean {
    return this.#state.is === 'pending' && this.#call.isOut();
  }

  /** Whether it has ended: with a result, with an error, or cancelled. */
  done(): boolean {
    return this.#state.is !== 'pending';
  }

  /**
   * The result; the call goes on if it was not there in time.
   * @throws The task's error. {TimeoutError} If it was not there in time (milliseconds). {CancelledError} If it was cancelled.
   */
  async result(wait?: Wait): Promise<T> {
    await this.#doneWithin(wait);
    return this as Promise<T>;
  }

  /**
   * The task's error; `undefined` if it has a result.
   * @throws {TimeoutError} If it has not ended in time (milliseconds). {CancelledError} If it was cancelled.
   */
  async exception(wait?: Wait): Promise<unknown> {
    await this.#doneWithin(wait);
    if (this.#state.is === 'cancelled') throw this.#state.error;
    return this.#state.is === 'error' ? this.#state.error : undefined;
  }

  /**
   * Calls `callback(future)` once when it has ended, or soon if it has: in the order of adding, never inside this call.
   * What a callback throws, or rejects with, is reported as a warning of the process, and harms nothing.
   * @throws {TypeError} If it is no function.
   */
  addDoneCallback(callback: (future: this) => unknown): void {
    checkFunction('addDoneCallback: the callback', callback);
    const call = () => callback(this);
    if (this.done()) callSoon(call);
    else (this.#callbacks ??= []).push(call);
  }

  #settle(state: State<T>): void {
    if (this.#state.is !== 'pending') return;
    this.#state = state;
    for (const call of this.#callbacks ?? []) callSoon(call);
    this.#callbacks = undefined;
    if (state.is === 'value') this.#settler.resolve(state.value);
    else if (state.is !== 'pending') this.#settler.reject(state.error);
    for (const tell of [...(this.#listeners ?? [])]) tell();
    this.#listeners = undefined;
  }

  async #doneWithin(wait: Wait): Promise<void> {
    const deadline = Deadline.from(wait);
    deadline.throwIfAborted();
    if (this.done()) return;
    if (!(await calledWithin(deadline, (tell) => whenDone(this, tell))))
      throw new TimeoutError('the future has not ended in time');
  }

  static {
    addListener = (future, tell) => {
      const listeners = (future.#listeners ??= new Set());
      listeners.add(tell);
      return () => listeners.delete(tell);
    };
    isFailed = (future) => future.#state.is === 'error';
  }
}

/** Calls back when a future that is pending is done. @returns What takes it back. */
export function whenDone(future: Future<unknown>, tell: () => void): () => void {
  return addListener(future, tell);
}

/** Whether it has ended with an error, and was not cancelled. */
export function hasFailed(future: Future<unknown>): boolean {
  return isFailed(future);
}

function isCancellation(error: unknown): boolean {
  return typeof error === 'object' && error !== null && cancellations.has(error);
}

/** In a turn of its own, so that nobody is in the middle of anything. */
function callSoon(call: () => unknown): void {
  const run = async () => call();
  queueMicrotask(() => void run().catch(report));
}

function report(error: unknown): void {
  const what = error instanceof Error ? error.stack : String(error);
  process.emitWarning(`a done callback of a future threw: ${what}`);
}
