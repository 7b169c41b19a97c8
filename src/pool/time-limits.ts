// One timer per worker that runs items of limited time. When it rings, the worker's board says how long the item has run.

export class TimeLimits {
  readonly #timers = new Map<number, { timer: NodeJS.Timeout; atMs: number }>();
  readonly #onTime: (workerId: number) => void;

  /** @param onTime Called when it is time to look at a worker; it arms the timer again if there is more to watch. */
  constructor(onTime: (workerId: number) => void) {
    this.#onTime = onTime;
  }

  /** Looks at the worker after so long, or sooner if that is arranged already. */
  arm(workerId: number, afterMs: number): void {
    const atMs = performance.now() + afterMs;
    const armed = this.#timers.get(workerId);
    if (armed && armed.atMs <= atMs) return;
    if (armed) clearTimeout(armed.timer);
    const timer = setTimeout(
      () => {
        this.#timers.delete(workerId);
        this.#onTime(workerId);
      },
      Math.min(Math.ceil(afterMs), 2 ** 31 - 1),
    );
    timer.unref(); // the pending task keeps the program alive
    this.#timers.set(workerId, { timer, atMs });
  }

  disarm(workerId: number): void {
    const armed = this.#timers.get(workerId);
    if (armed) clearTimeout(armed.timer);
    this.#timers.delete(workerId);
  }
}
