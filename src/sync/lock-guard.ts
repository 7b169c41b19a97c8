// What `hold()` gives: the lock is held until the guard is released or its block ends (`using guard = await lock.hold()`).

export class LockGuard {
  /** True if the holder before had died while it held the lock: what the lock guards may be half-written. */
  readonly abandoned: boolean;
  #release: (() => void) | undefined;

  constructor(release: () => void, abandoned: boolean) {
    this.#release = release;
    this.abandoned = abandoned;
  }

  /** Releases the lock; a second call does nothing. */
  release(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}
