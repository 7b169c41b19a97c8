// How long a worker ran items, less the time for which it had to wait for a processor: on a busy machine it is not slow, only not run.
//
// Asking costs a few microseconds, so it is asked only after what took long; a first long time is counted whole.

import { RunDelay } from '../platform/run-delay.js';

const LONG_MS = 1;

export class RunTime {
  readonly #delay = new RunDelay();
  #wasLong = false;
  /** What had been waited for when the time began; undefined: not asked. */
  #delayBefore: number | undefined;

  /** A time begins now. */
  restart(): void {
    this.#delayBefore = this.#wasLong ? this.#delay.ms : undefined;
  }

  /** So long ago a time began, and the next one begins. @returns For how long it ran. */
  of(elapsedMs: number): number {
    this.#wasLong = elapsedMs >= LONG_MS;
    const before = this.#delayBefore;
    this.#delayBefore = this.#wasLong ? this.#delay.ms : undefined;
    if (before === undefined || this.#delayBefore === undefined) return elapsedMs;
    return Math.max(0, elapsedMs - (this.#delayBefore - before));
  }
}
