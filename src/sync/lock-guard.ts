// What `hold()` gives: the lock is held until the guard is released or its block ends (`using guard = await lock.hold()`).

export class LockGuard {
  /** True if the holder before had died while it held the lock: what the lock guards may be half-written. */
  readonly abandoned: boolean;
  #release: (() => void) | undefined;
  readonly #onUse: (() => void) | undefined;

  /** @param onUse Called where the guard is put to use: `using` asks for its dispose method there (async-owner.ts). */
  constructor(release: () => void, abandoned: boolean, onUse?: () => void) {
    this.#release = release;
    this.abandoned = abandoned;
    this.#onUse = onUse;
  }

  /** Releases the lock; a second call does nothing. */
  release(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  get [Symbol.dispose](): () => void {
    this.#onUse?.();
    return this.release;
  }

  get [Symbol.asyncDispose](): () => Promise<void> {
    this.#onUse?.();
    return async () => this.release();
  }
}
