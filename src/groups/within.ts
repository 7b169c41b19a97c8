// Waiting for something that happens anyway, no longer than a deadline allows.

import type { Deadline } from '../base/deadline.js';

/** The longest a timer can be set to. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What `event` resolves with, or undefined when the time is over. @throws The signal's reason, when it is aborted. */
export function within<T>(event: Promise<T>, deadline: Deadline): Promise<T | undefined> {
  deadline.throwIfAborted();
  const { signal } = deadline;
  const left = deadline.remainingMs();
  if (!signal && left === Number.POSITIVE_INFINITY) return event;
  return new Promise((resolve, reject) => {
    const timer =
      left === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(() => finish(), Math.min(left, LONGEST_TIMER_MS));
    const onAbort = () => finish(() => reject(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    event.then(
      (value) => finish(() => resolve(value)),
      (error) => finish(() => reject(error)),
    );
    function finish(settle: () => void = () => resolve(undefined)): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    }
  });
}

/** @throws {RangeError} If it is no time a timer can be set to, nor Infinity. */
export function checkMs(what: string, ms: number): void {
  if (ms === Number.POSITIVE_INFINITY || (ms >= 0 && ms <= LONGEST_TIMER_MS)) return;
  throw new RangeError(
    `${what} must be a number of milliseconds from 0 to ${LONGEST_TIMER_MS}, or Infinity, got ${String(ms)}`,
  );
}
