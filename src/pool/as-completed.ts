// asCompleted(): futures one by one, as they end.

import { Deadline, type Wait } from '../base/deadline.js';
import { TimeoutError } from '../base/errors.js';
import { calledWithin } from './callback-wait.js';
import { type Future, whenDone } from './future.js';
import { setOfFutures } from './future-wait.js';

/**
 * Futures in the order in which they end; those that have ended come first. The counterpart of `concurrent.futures.as_completed`.
 * It gives the futures themselves, not their results: `for await (const future of asCompleted(all)) await future`.
 * @param options The time (milliseconds from this call on) for all of them; when it is over, `next` rejects with TimeoutError.
 * @throws {TypeError} If an argument is wrong.
 */
export function asCompleted<F extends Future<unknown>>(
  futures: Iterable<F>,
  options?: Wait,
): CompletedFutures<F> {
  return new CompletedIterator(setOfFutures('asCompleted', futures), Deadline.from(options));
}

/**
 * What `asCompleted` returns. A union of twins, since TypeScript (5.9) forgets from the second loop over one type on that a `for await`
 * over an iterator of its own kind gives what `next` gives, promises too; of a union it remembers it.
 */
export type CompletedFutures<F extends Future<unknown>> = CompletedIterator<F> | TwinIterator<F>;

interface TwinIterator<F extends Future<unknown>> extends CompletedIterator<F> {}

/**
 * An async iterator over futures. (Not an `AsyncIterable` by name: TypeScript would take the elements of one for what they
 * resolve to.) Leaving the loop leaves the futures alone.
 */
export class CompletedIterator<F extends Future<unknown>> {
  readonly #deadline: Deadline;
  readonly #total: number;
  readonly #done: F[] = [];
  /** Those that have not ended, and what takes the listener back. */
  readonly #pending = new Map<F, () => void>();
  /** Calls of `next` that wait. */
  readonly #waiting = new Set<() => void>();

  /** Made by `asCompleted`. */
  constructor(futures: Set<F>, deadline: Deadline) {
    this.#deadline = deadline;
    this.#total = futures.size;
    for (const future of futures) {
      if (future.done()) this.#done.push(future);
      else
        this.#pending.set(
          future,
          whenDone(future, () => this.#take(future)),
        );
    }
  }

  /** The next future that has ended. @throws {TimeoutError} When the time is over. The signal's reason, if it is aborted. */
  async next(): Promise<IteratorResult<F, undefined>> {
    while (this.#done.length === 0 && this.#pending.size > 0) {
      if (!(await this.#oneMore())) throw this.#late();
    }
    const future = this.#done.shift();
    return future ? { done: false, value: future } : { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<F, undefined>> {
    this.#done.length = 0;
    this.#leave();
    this.#wake();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @returns False if the time is over before. */
  async #oneMore(): Promise<boolean> {
    try {
      return await calledWithin(this.#deadline, (tell) => {
        this.#waiting.add(tell);
        return () => this.#waiting.delete(tell);
      });
    } catch (aborted) {
      this.#leave();
      throw aborted;
    }
  }

  #late(): TimeoutError {
    const left = this.#pending.size;
    this.#leave();
    return new TimeoutError(`asCompleted: ${left} of ${this.#total} futures have not ended in time`);
  }

  #take(future: F): void {
    this.#pending.delete(future);
    this.#done.push(future);
    this.#wake();
  }

  #wake(): void {
    for (const tell of [...this.#waiting]) tell();
  }

  #leave(): void {
    for (const remove of this.#pending.values()) remove();
    this.#pending.clear();
  }
}
