// Gives what running items report to the tasks they belong to, in order.

import type { Dispatcher, Item, Seat } from './dispatcher.js';
import type { ReportsFrame } from './frames.js';
import { PackedReader } from './item-list.js';
import { openPacked } from './packed-value.js';
import type { Task } from './task.js';
import { describeItem } from './worker-errors.js';

export class ReportDesk {
  readonly #dispatcher: Dispatcher<Task>;
  /** A report whose modules are being imported, and those behind it. */
  #line: Promise<void> | undefined;

  constructor(dispatcher: Dispatcher<Task>) {
    this.#dispatcher = dispatcher;
  }

  many(seat: Seat<Task>, [, tickets, values, packedPart]: ReportsFrame): void {
    const packedValues = new PackedReader(packedPart);
    for (let i = 0; i < tickets.length; i++) {
      const packed = packedValues.at(i);
      this.#take(seat, tickets[i], () => (packed ? openPacked(packed.bytes, packed.attachments) : values[i]));
    }
  }

  /** @param value What was reported, or the promise of what may not be revived. */
  one(seat: Seat<Task>, ticket: number, value: unknown): void {
    this.#take(seat, ticket, () => value);
  }

  #take(seat: Seat<Task>, ticket: number, open: () => unknown): void {
    const item = this.#dispatcher.itemWith(seat, ticket);
    if (!item) return;
    try {
      const value = open();
      if (this.#line || value instanceof Promise) this.#standInLine(item, value);
      else item.source.report(item.index, value);
    } catch (error) {
      warn(item, error);
    }
  }

  #standInLine(item: Item<Task>, value: unknown): void {
    const before = this.#line;
    const mine = (async () => {
      try {
        const opened = await value;
        await before;
        item.source.report(item.index, opened);
      } catch (error) {
        warn(item, error);
      }
    })();
    this.#line = mine;
    void mine.then(() => {
      if (this.#line === mine) this.#line = undefined;
    });
  }
}

function warn(item: Item<Task>, error: unknown): void {
  process.emitWarning(`a report of ${describeItem(item)} could not be read: ${String(error)}`);
}
