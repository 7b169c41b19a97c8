// How long a call may wait: a timeout and an abort signal, folded into one value when the call begins.

/** Options of every call that may wait. A plain number is short for `{ timeout }`. */
export interface WaitOptions {
  /** Milliseconds. Absent: for ever. Zero or negative: do not wait. */
  timeout?: number | undefined;
  /** Ends the wait; the call rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export type Wait = WaitOptions | number | undefined | null;

export class Deadline {
  /** In milliseconds of `performance.now()`; `Infinity` for no limit. */
  readonly atMs: number;
  readonly signal: AbortSignal | undefined;

  private constructor(atMs: number, signal: AbortSignal | undefined) {
    this.atMs = atMs;
    this.signal = signal;
  }

  static readonly never = new Deadline(Number.POSITIVE_INFINITY, undefined);

  /** @throws {TypeError} If the timeout is no number or the signal no AbortSignal. */
  static from(wait: Wait): Deadline {
    if (wait === undefined || wait === null) return Deadline.never;
    const { timeout, signal } = typeof wait === 'number' ? { timeout: wait } : readOptions(wait);
    if (timeout === undefined)
      return signal ? new Deadline(Number.POSITIVE_INFINITY, signal) : Deadline.never;
    if (typeof timeout !== 'number' || Number.isNaN(timeout)) {
      throw new TypeError(`timeout must be a number of milliseconds, got ${String(timeout)}`);
    }
    return new Deadline(timeout <= 0 ? 0 : performance.now() + timeout, signal);
  }

  /** Milliseconds left, never negative; `Infinity` for no limit. */
  remainingMs(): number {
    if (this.atMs === Number.POSITIVE_INFINITY) return this.atMs;
    return this.atMs === 0 ? 0 : Math.max(0, this.atMs - performance.now());
  }

  get expired(): boolean {
    return this.remainingMs() === 0;
  }

  /** @throws The signal's reason, if it is aborted. */
  throwIfAborted(): void {
    this.signal?.throwIfAborted();
  }
}

function readOptions(wait: WaitOptions): { timeout: number | undefined; signal?: AbortSignal | undefined } {
  if (typeof wait !== 'object')
    throw new TypeError(`wait options must be a number or an object, got ${typeof wait}`);
  const { timeout, signal } = wait;
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError('signal must be an AbortSignal');
  return { timeout: timeout ?? undefined, signal };
}
