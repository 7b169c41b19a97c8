// What became of a submission: asked for now, waited for, or awaited.

import { Deadline, type Wait } from '../base/deadline.js';
import { CancelledError, StateError, TimeoutError } from '../base/errors.js';

export interface AsyncResultOptions<T> {
  /** Called with the result. What it throws is reported, and harms nothing. */
  callback?: ((value: T) => void) | undefined;
  /** Called with the error. What it throws is reported, and harms nothing. */
  errorCallback?: ((error: unknown) => void) | undefined;
}

type State<T> = { is: 'pending' } | { is: 'value'; value: T } | { is: 'error'; error: unknown };

/**
 * The result of `applyAsync` and its like; the counterpart of `multiprocessing.pool.AsyncResult`. It can be awaited.
 *
 * An error that nobody asks for is not an unhandled rejection: as in Python, it is told to who asks.
 */
export class AsyncResult<T> implements PromiseLike<T> {
  #state: State<T> = { is: 'pending' };
  #promise: Promise<T> | undefined;
  #settlePromise: (() => void) | undefined;
  readonly #options: AsyncResultOptions<T>;
  readonly #onCancel: (reason: CancelledError) => void;

  /** @param start Called with the two functions of which one settles the result. @returns What cancels it. */
  constructor(
    options: AsyncResultOptions<T>,
    start: (
      resolve: (value: T) => void,
      reject: (error: unknown) => void,
    ) => (reason: CancelledError) => void,
  ) {
    this.#options = options;
    this.#onCancel = start(
      (value) => this.#settle({ is: 'value', value }),
      (error) => this.#settle({ is: 'error', error }),
    );
  }

  /**
   * The result.
   * @throws The task's error. {TimeoutError} If it was not there in time; the task goes on.
   */
  async get(wait?: Wait): Promise<T> {
    const deadline = Deadline.from(wait);
    if (!(await this.#settledWithin(deadline))) throw new TimeoutError('the task has not ended in time');
    return this.#asPromise();
  }

  /** Resolves when there is a result or an error, or the time is over. */
  async wait(wait?: Wait): Promise<void> {
    await this.#settledWithin(Deadline.from(wait));
  }

  /** Whether there is a result or an error. */
  ready(): boolean {
    return this.#state.is !== 'pending';
  }

  /** Whether there is a result, and no error. @throws {StateError} If there is neither yet. */
  successful(): boolean {
    if (this.#state.is === 'pending')
      throw new StateError('the task has not ended: ask ready() first, or wait');
    return this.#state.is === 'value';
  }

  /** Gives the task up: it rejects with CancelledError. False if it has ended already. What runs is stopped. */
  cancel(): boolean {
    if (this.#state.is !== 'pending') return false;
    this.#onCancel(new CancelledError('the task was cancelled'));
    return true;
  }

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#asPromise().then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#asPromise().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#asPromise().finally(onFinally);
  }

  #asPromise(): Promise<T> {
    this.#promise ??= new Promise((resolve, reject) => {
      const settle = () => {
        if (this.#state.is === 'value') resolve(this.#state.value);
        else if (this.#state.is === 'error') reject(this.#state.error);
      };
      if (this.#state.is === 'pending') this.#settlePromise = settle;
      else settle();
    });
    return this.#promise;
  }

  async #settledWithin(deadline: Deadline): Promise<boolean> {
    deadline.throwIfAborted();
    if (this.ready()) return true;
    if (deadline.expired) return false;
    const { signal } = deadline;
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<boolean>((resolve, reject) => {
        const done = () => resolve(true);
        this.#asPromise().then(done, done);
        const remaining = deadline.remainingMs();
        if (remaining !== Number.POSITIVE_INFINITY) {
          timer = setTimeout(() => resolve(this.ready()), Math.min(Math.ceil(remaining), 2 ** 31 - 1));
        }
        onAbort = () => reject(signal?.reason);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    } finally {
      clearTimeout(timer);
      if (onAbort) signal?.removeEventListener('abort', onAbort);
    }
  }

  #settle(state: State<T>): void {
    if (this.#state.is !== 'pending') return;
    this.#state = state;
    this.#settlePromise?.();
    const { callback, errorCallback } = this.#options;
    if (state.is === 'value' && callback) call(callback, state.value);
    if (state.is === 'error' && errorCallback) call(errorCallback, state.error);
  }
}

/** In a turn of its own, so that nobody is in the middle of anything. */
function call<T>(callback: (value: T) => void, value: T): void {
  queueMicrotask(() => {
    try {
      callback(value);
    } catch (error) {
      process.emitWarning(
        `a callback of a pool's result threw: ${error instanceof Error ? error.stack : String(error)}`,
      );
    }
  });
}
