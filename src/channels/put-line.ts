// The puts of one sender that wait for room, one behind the other: without it a small one would overtake a large one.
//
//   put ──room, and nobody in line──► done at once
//    └────► behind the last in line ──its turn──► waits for room ──► done

import type { Deadline } from '../base/deadline.js';

export class PutLine {
  /** Settled when everybody in line is through; undefined if nobody is. */
  #last: Promise<unknown> | undefined;

  get empty(): boolean {
    return this.#last === undefined;
  }

  /**
   * Runs `put` when those before it are through, whatever came of them.
   * @returns What `put` gives, or undefined if the deadline is over first.
   * @throws What `put` throws; the signal's reason.
   */
  enter<Result>(deadline: Deadline, put: () => Promise<Result | undefined>): Promise<Result | undefined> {
    const before = this.#last;
    const mine = before ? turnOf(before, deadline).then((came) => (came ? put() : undefined)) : put();
    const last = Promise.allSettled([before, mine]).then(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
    return mine;
  }
}

/** Resolves to whether `before` was through in time. @throws The signal's reason, when it is aborted. */
function turnOf(before: Promise<unknown>, deadline: Deadline): Promise<boolean> {
  const { signal } = deadline;
  return new Promise((resolve, reject) => {
    const left = deadline.remainingMs();
    const timer =
      left === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => end(() => resolve(false)), left);
    const onAbort = () => end(() => reject(signal?.reason));
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    void before.then(() => end(() => resolve(true)));
  });
}
