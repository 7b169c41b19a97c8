// Results of which each must be there before one common deadline.

import type { Deadline } from '../base/deadline.js';
import { TimeoutError } from '../base/errors.js';
import { calledWithin } from './callback-wait.js';

/** A result that is there is delivered however late it is asked for; one that is not, is a TimeoutError and the end. */
export class TimedResults<R> implements AsyncIterableIterator<R> {
  readonly #results: AsyncIterableIterator<R>;
  readonly #deadline: Deadline;

  constructor(results: AsyncIterableIterator<R>, deadline: Deadline) {
    this.#results = results;
    this.#deadline = deadline;
  }

  async next(): Promise<IteratorResult<R>> {
    const result = this.#results.next();
    if (!(await this.#isInTime(result))) {
      await this.return();
      throw new TimeoutError('map: the result was not there in time; what had not begun is cancelled');
    }
    return result;
  }

  async return(): Promise<IteratorResult<R>> {
    await this.#results.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #isInTime(result: Promise<unknown>): Promise<boolean> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    result.then(settle, settle);
    await null; // what is there already is seen now
    if (settled) return true;
    return calledWithin(this.#deadline, (tell) => {
      result.then(tell, tell);
      return () => {};
    });
  }
}
