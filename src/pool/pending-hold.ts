// Keeps the program alive while something is pending: nothing else of a pool does.

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class PendingHold {
  #pending = 0;
  #timer: NodeJS.Timeout | undefined;

  add(count = 1): void {
    if (count === 0) return;
    if (this.#pending === 0) this.#on();
    this.#pending += count;
  }

  remove(count = 1): void {
    this.#pending -= count;
    if (this.#pending === 0) this.#timer?.unref();
  }

  /** Holds until the promise is settled. */
  async during<T>(promise: Promise<T>): Promise<T> {
    this.add();
    try {
      return await promise;
    } finally {
      this.remove();
    }
  }

  #on(): void {
    if (this.#timer) this.#timer.ref();
    else this.#timer = setInterval(() => {}, LONGEST_TIMER_MS);
  }
}
