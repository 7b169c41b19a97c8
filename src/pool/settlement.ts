// Gives the results that come in from workers to the tasks they belong to.

import { unpackError } from '../serialization/remote-error.js';
import type { Dispatcher, Item, Seat } from './dispatcher.js';
import type { ManyFrame, OneFrame } from './frames.js';
import { PackedReader } from './item-list.js';
import { openPacked } from './packed-value.js';
import { indexAt } from './portion.js';
import { afterBackOff } from './retries.js';
import type { Task } from './task.js';

export class Settlement {
  readonly #dispatcher: Dispatcher<Task>;
  readonly #onCancelled: (task: Task) => void;
  readonly #onRetry: () => void;
  /** Items that were run to their end. */
  completed = 0;

  /**
   * @param onCancelled An error was the end of the whole task.
   * @param onRetry An item is to be run again.
   */
  constructor(dispatcher: Dispatcher<Task>, onCancelled: (task: Task) => void, onRetry: () => void) {
    this.#dispatcher = dispatcher;
    this.#onCancelled = onCancelled;
    this.#onRetry = onRetry;
  }

  /** The next items of a seat have come to these. */
  many(seat: Seat<Task>, [, ms, values, packedPart, failed, skipped]: ManyFrame): void {
    const packedValues = new PackedReader(packedPart);
    const simple = !packedPart && !skipped;
    const failures = new Set(failed);
    const notRun = new Set(skipped);
    this.completed += values.length - notRun.size;
    for (let at = 0, batch = seat.batches[0]; at < values.length && batch; batch = seat.batches[0]) {
      const { source, portion, answered } = batch;
      const count = Math.min(portion.count - answered, values.length - at);
      source.cost.note(count, (ms * count) / values.length);
      this.#dispatcher.skip(seat, batch, count);
      if (simple && !portion.listed && !source.anyDisowned) {
        source.settlePlain(portion.first + answered, values, at, count); // FAST PATH
      } else {
        for (let i = 0; i < count; i++) {
          const item = { source, index: indexAt(portion, answered + i) };
          const packed = packedValues.at(at + i);
          if (source.reclaim(item.index)) this.runAgain(item);
          else if (notRun.has(at + i)) this.#dispatcher.giveBack(source, [{ first: item.index, count: 1 }]);
          else if (packed) this.#open(item, packed.bytes, !failures.has(at + i));
          else source.settleValue(item.index, values[at + i]);
        }
      }
      at += count;
    }
  }

  /** The next item of a seat has come to this: a frame, or the promise of one that may not be revived. */
  one(seat: Seat<Task>, frame: OneFrame | Promise<OneFrame>): void {
    const item = this.#dispatcher.answer(seat);
    if (!item) return;
    this.completed++;
    if (item.source.reclaim(item.index)) {
      if (frame instanceof Promise) frame.catch(() => {});
      this.runAgain(item);
    } else if (frame instanceof Promise) {
      frame.then(
        (opened) => this.#one(item, opened),
        (error) => this.fail(item, error),
      );
    } else this.#one(item, frame);
  }

  /** The item has failed; it is run again if it may be. */
  fail(item: Item<Task>, error: unknown, mayRetry = true): void {
    const { source, index } = item;
    source.markCall(index, error);
    if (source.settleError(index, error, mayRetry)) this.runAgain(item);
    else if (source.over) this.#onCancelled(source);
  }

  /** The item is given back after a while: the longer, the more often it has failed. */
  runAgain({ source, index }: Item<Task>): void {
    afterBackOff(source.history.attemptOf(index) - 1, () => {
      this.#dispatcher.giveBack(source, [{ first: index, count: 1 }]);
      this.#onRetry();
    });
  }

  #one(item: Item<Task>, [, ok, value, ms]: OneFrame): void {
    item.source.cost.note(1, ms);
    this.#settle(item, ok, value);
  }

  #open(item: Item<Task>, bytes: Uint8Array, ok: boolean): void {
    try {
      const value = openPacked(bytes, []);
      if (value instanceof Promise) {
        value.then(
          (opened) => this.#settle(item, ok, opened),
          (error) => this.fail(item, error),
        );
      } else this.#settle(item, ok, value);
    } catch (error) {
      this.fail(item, error);
    }
  }

  #settle(item: Item<Task>, ok: boolean, value: unknown): void {
    if (ok) item.source.settleValue(item.index, value);
    else this.fail(item, unpackError(value));
  }
}
