// Waiting for something that happens in this process, in order of arrival: a message on a socket, room in its buffer.
//
//   until(step):  nobody waits ─► try ─► in line ─► (each `notify` tries for those in line, the first one first) ─► result
//
// `notify` makes the try itself, so that nobody who comes later is quicker than who waits.

import type { Deadline } from '../base/deadline.js';

interface Waiting {
  /** Tries; true if its wait is over. */
  attempt(): boolean;
}

export class LocalWait {
  readonly #line = new Set<Waiting>();
  readonly #watchers = new Set<() => void>();

  get count(): number {
    return this.#line.size;
  }

  /**
   * Resolves with the step's first result, or with undefined when the deadline is over.
   * @throws The signal's reason when it is aborted; what the step throws.
   */
  async until<Result>(step: () => Result | undefined, deadline: Deadline): Promise<Result | undefined> {
    deadline.throwIfAborted();
    const first = this.#line.size === 0 ? step() : undefined;
    if (first !== undefined || deadline.expired) return first;
    return new Promise((resolve, reject) => this.#enter(step, deadline, resolve, reject));
  }

  /** Something has happened: tries for those in line, until the first one for whom it was not enough. */
  notify(): void {
    for (const waiting of this.#line) if (!waiting.attempt()) break;
    for (const watcher of this.#watchers) watcher();
  }

  /** Calls `watcher` after every `notify`. @returns Ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #enter<Result>(
    step: () => Result | undefined,
    deadline: Deadline,
    resolve: (result: Result | undefined) => void,
    reject: (error: unknown) => void,
  ): void {
    const { signal } = deadline;
    const left = deadline.remainingMs();
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#line.delete(waiting);
      settle();
    };
    const waiting: Waiting = {
      attempt: () => {
        try {
          const result = step();
          if (result === undefined) return false;
          end(() => resolve(result));
        } catch (error) {
          end(() => reject(error));
        }
        return true;
      },
    };
    const onAbort = () => end(() => reject(signal?.reason));
    const timer =
      left === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(() => end(() => resolve(undefined)), Math.min(left, 2 ** 31 - 1));
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#line.add(waiting);
  }
}
