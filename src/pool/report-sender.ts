// What items report while they run, on its way to the parent: in order, and never behind the result of its item.

import { BrokenPipeError } from '../base/errors.js';
import type { RingConnection } from '../channels/ring-connection.js';
import { encodeInline } from './encode-inline.js';
import { type ReportsFrame, ToParent } from './frames.js';
import { ItemListWriter } from './item-list.js';
import { isPlain } from './packed-value.js';

/** Reports that follow each other quickly are sent together: each is held back no longer than this. */
const HOLD_MS = 2;
const MOST_ITEMS = 4096;
const MOST_BYTES = 64 * 1024;

export class ReportSender {
  readonly #pipe: RingConnection<unknown>;
  readonly #list = new ItemListWriter();
  #tickets: number[] = [];
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(pipe: RingConnection<unknown>) {
    this.#pipe = pipe;
  }

  /** @throws {SerializationError | NotShippableError} If the value can't travel. */
  add(ticket: number, value: unknown): void {
    if (isPlain(value)) this.#list.plain(value);
    else {
      const bytes = encodeInline(value, 'report');
      if (bytes === undefined) {
        this.#sendAlone(ticket, value);
        return;
      }
      this.#list.packed(bytes);
    }
    this.#tickets.push(ticket);
    const isFull = this.#list.count >= MOST_ITEMS || this.#list.packedBytes >= MOST_BYTES;
    if (isFull || performance.now() - this.#sentAt >= HOLD_MS) this.flush();
    else this.#timer ??= setTimeout(() => this.#flushInTime(), HOLD_MS);
  }

  /** @throws {SerializationError | NotShippableError} If the value can't travel. {SystemCallError} If shared memory is full. */
  #sendAlone(ticket: number, value: unknown): void {
    this.flush();
    this.#send([ToParent.reportNext, ticket]);
    try {
      this.#send([value]);
    } catch (error) {
      this.#send([]); // in the place of what was announced
      throw error;
    }
  }

  /** Sends what there is. Blocks while the parent has no room: who reports more than is read, waits. */
  flush(): void {
    if (this.#tickets.length === 0) return; // FAST PATH
    const { values, packed } = this.#list.take();
    const frame: ReportsFrame = [ToParent.reports, this.#tickets, values];
    if (packed) frame.push(packed);
    this.#tickets = [];
    this.#send(frame);
    this.#sentAt = performance.now();
  }

  #flushInTime(): void {
    this.#timer = undefined;
    this.flushOrWarn();
  }

  /** As `flush`, where no task hears that it can't be done: shared memory is full, say. */
  flushOrWarn(): void {
    try {
      this.flush();
    } catch (error) {
      process.emitWarning(`reports of a task were lost: ${String(error)}`);
    }
  }

  #send(value: unknown): void {
    try {
      this.#pipe.sendSync(value);
    } catch (error) {
      if (!(error instanceof BrokenPipeError)) throw error; // nobody is there who would read it
    }
  }
}
