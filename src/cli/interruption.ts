// Ctrl-C: the first stops taking items and lets what runs be finished and written; the second ends at once.

export class Interruption {
  readonly #stop = new AbortController();
  readonly #onFirst: () => void;
  readonly #onSecond: () => void;

  constructor(handlers: { onFirst: () => void; onSecond: () => void }) {
    this.#onFirst = handlers.onFirst;
    this.#onSecond = handlers.onSecond;
    process.on('SIGINT', this.#interrupted);
  }

  /** Aborted by the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#interrupted);
  }

  readonly #interrupted = (): void => {
    if (this.#stop.signal.aborted) {
      this.#onSecond();
    } else {
      this.#stop.abort();
      this.#onFirst();
    }
  };
}
