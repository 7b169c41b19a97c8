// Something that will have gone well or badly, once; nobody has to listen, and who stops listening leaves nothing behind.

import { Deadline } from '../base/deadline.js';
import { LONGEST_TIMER_MS } from './check-ms.js';

/** Undefined: it went well. */
export type Failure = { readonly error: unknown } | undefined;

export class Outcome {
  readonly #waiters = new Set<(failure: Failure) => void>();
  #settled: { readonly failure: Failure } | undefined;

  get isOpen(): boolean {
    return this.#settled === undefined;
  }

  /** Only the first time counts. */
  settle(failure: Failure): void {
    if (this.#settled) return;
    this.#settled = { failure };
    for (const tell of this.#waiters) tell(failure);
  }

  /** Resolves when it is settled, and with undefined when the time is over. @throws The signal's reason, when it is aborted. */
  async settled(deadline = Deadline.never): Promise<Failure> {
    deadline.throwIfAborted();
    return this.#settled ? this.#settled.failure : this.#wait(deadline);
  }

  #wait(deadline: Deadline): Promise<Failure> {
    const { signal } = deadline;
    const left = deadline.remainingMs();
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(onSettled);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const onSettled = (failure: Failure) => {
        leave();
        resolve(failure);
      };
      const onAbort = () => {
        leave();
        reject(signal?.reason);
      };
      const timer =
        left === Number.POSITIVE_INFINITY
          ? undefined
          : setTimeout(() => onSettled(undefined), Math.min(left, LONGEST_TIMER_MS));
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(onSettled);
    });
  }
}
