// A number of milliseconds that a timer is set to.

/** The longest a timer can be set to. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @throws {RangeError} If it is no time a timer can be set to, nor Infinity. */
export function checkMs(what: string, ms: number): void {
  if (ms === Number.POSITIVE_INFINITY || (ms >= 0 && ms <= LONGEST_TIMER_MS)) return;
  throw new RangeError(
    `${what} must be a number of milliseconds from 0 to ${LONGEST_TIMER_MS}, or Infinity, got ${String(ms)}`,
  );
}
