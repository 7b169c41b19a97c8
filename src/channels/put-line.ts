// The puts of one sender that wait for room, one behind the other: without it a small one would overtake a large one.
//
//   put ──room, and nobody in line──► done at once
//    └────► behind the last in line ──its turn──► waits for room ──► done
//   putSync: puts those in line first, blocking; their own turn finds them done

import type { Deadline } from '../base/deadline.js';

/** One put that waits for room. */
class WaitingPut {
  readonly #tryPut: () => boolean;
  #end: { error?: unknown } | undefined;

  constructor(tryPut: () => boolean) {
    this.#tryPut = tryPut;
  }

  /** Tries to put, unless it has been done; true if it is over, by an error too. */
  attempt(): true | undefined {
    if (this.#end) return true;
    try {
      if (!this.#tryPut()) return undefined;
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    }
    return true;
  }

  /** As `attempt`, for the one whose put it is. @throws What the put threw, whoever made it. */
  readonly step = (): true | undefined => {
    if (!this.attempt()) return undefined;
    if (this.#end && 'error' in this.#end) throw this.#end.error;
    return true;
  };
}

export class PutLine {
  /** Settled when everybody in line is through; undefined if nobody is. */
  #last: Promise<unknown> | undefined;
  readonly #waiting = new Set<WaitingPut>();

  get empty(): boolean {
    return this.#last === undefined;
  }

  /**
   * Waits behind those in line, then for room.
   * @param until Waits until a step succeeds: the wait queue's.
   * @returns True, or undefined if the deadline is over first.
   * @throws What `tryPut` throws; the signal's reason.
   */
  enter(
    deadline: Deadline,
    tryPut: () => boolean,
    until: (step: () => true | undefined) => Promise<true | undefined>,
  ): Promise<true | undefined> {
    const put = new WaitingPut(tryPut);
    this.#waiting.add(put);
    const before = this.#last;
    const mine = before
      ? turnOf(before, deadline).then((came) => (came ? until(put.step) : undefined))
      : until(put.step);
    const last = Promise.allSettled([before, mine]).then(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
    return mine.finally(() => this.#waiting.delete(put));
  }

  /**
   * Puts those in line, blocking, before a blocking put may go.
   * @param until The wait queue's `untilSync`.
   * @returns False if the time was over first.
   */
  goFirst(until: (step: () => true | undefined) => true | undefined): boolean {
    for (const put of this.#waiting) if (!until(() => put.attempt())) return false;
    return true;
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
