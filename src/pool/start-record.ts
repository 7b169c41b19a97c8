// How starts of workers went: those that come to nothing are bounded, so that no pool starts workers for ever.

import { InitializerError } from '../base/errors.js';
import { unpackError } from '../serialization/remote-error.js';
import { openPacked } from './packed-value.js';

export class StartRecord {
  /** Starts in a row that came to nothing. */
  #fruitless = 0;
  /** Items completed when a worker last died without running any. */
  #completedBefore = -1;
  #initError: unknown;

  /** What the initializer threw last, if it did. */
  get initError(): unknown {
    return this.#initError;
  }

  /** A worker is ready, after so many items have been completed. */
  noteReady(completed: number): void {
    if (completed !== this.#completedBefore) this.#fruitless = 0;
  }

  /** A start came to nothing. @returns How many did, in a row. */
  noteFruitless(): number {
    return ++this.#fruitless;
  }

  /**
   * A worker that was ready has died.
   * @param ranItem Whether it was running an item.
   * @returns Whether it is one of those that get ready and die before their first item, again and again: no better than dead.
   */
  isBarren(ranItem: boolean, completed: number, itemsWait: boolean): boolean {
    const barren = !ranItem && completed === this.#completedBefore && itemsWait;
    this.#completedBefore = ranItem ? -1 : completed;
    return barren;
  }

  noteInitFailed(packedError: Uint8Array): void {
    try {
      const opened = openPacked(packedError, []);
      if (opened instanceof Promise) {
        opened
          .then((packed) => (this.#initError = unpackError(packed)))
          .catch((error) => (this.#initError = error));
      } else this.#initError = unpackError(opened);
    } catch (error) {
      this.#initError = error;
    }
    this.#initError ??= new InitializerError('the initializer threw');
  }
}
