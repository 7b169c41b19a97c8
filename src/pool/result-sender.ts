// The results of a worker on their way to the parent: piled up, and sent together.

import { BrokenPipeError } from '../base/errors.js';
import type { RingConnection } from '../channels/ring-connection.js';
import { currentProcess } from '../process/process.js';
import { packError } from '../serialization/remote-error.js';
import { encodeInline } from './encode-inline.js';
import { type FrameToParent, type ManyFrame, ToParent } from './frames.js';
import { ItemListWriter } from './item-list.js';
import { isPlain } from './packed-value.js';
import type { ReportSender } from './report-sender.js';
import { RunTime } from './run-time.js';

/** Results are held back no longer than this while there is more to do. */
const HOLD_MS = 2;
const MOST_ITEMS = 8192;
const MOST_BYTES = 64 * 1024;
/** A look at the clock costs as much as a quick item: it is taken every so many items, if they are quick. */
const FEWEST_LOOKS = 64;

export class ResultSender {
  readonly #pipe: RingConnection<unknown>;
  readonly #reports: ReportSender;
  readonly #list = new ItemListWriter();
  #failed: number[] = [];
  #skipped: number[] = [];
  /** Results that need a frame of their own; what is in the list goes before them. */
  #alone: { ok: boolean; value: unknown } | undefined;
  /** When the items that are not reported yet began to run. */
  #since = 0;
  #flushedAt = performance.now();
  readonly #runTime = new RunTime();
  #stride = 1;
  #untilLook = 1;
  #timer: NodeJS.Timeout | undefined;

  /** @param reports What items have reported goes before their results. */
  constructor(pipe: RingConnection<unknown>, reports: ReportSender) {
    this.#pipe = pipe;
    this.#reports = reports;
    this.#since = performance.now();
  }

  get pending(): boolean {
    return this.#list.count > 0 || this.#alone !== undefined;
  }

  /** Whether there is one that has to be sent before another is added. */
  get hasAlone(): boolean {
    return this.#alone !== undefined;
  }

  /** How many items may be run until it is to be asked whether it is time to flush. */
  get untilLook(): number {
    return this.#untilLook;
  }

  /** Whether it is time to flush although there is more to do. Asked when so many items have been run. */
  isDue(items: number): boolean {
    if (this.#alone) return true;
    this.#untilLook -= items;
    if (this.#untilLook > 0) return false;
    const elapsed = performance.now() - this.#flushedAt;
    if (elapsed < HOLD_MS / 8) this.#stride = Math.min(FEWEST_LOOKS, this.#stride * 2);
    else if (elapsed > HOLD_MS / 2) this.#stride = Math.max(1, this.#stride >> 2);
    this.#untilLook = this.#stride;
    return elapsed >= HOLD_MS || this.#list.count >= MOST_ITEMS || this.#list.packedBytes >= MOST_BYTES;
  }

  /** The clock of what is measured starts now: the worker was idle. */
  restart(): void {
    this.#since = this.#flushedAt = performance.now();
    this.#runTime.restart();
  }

  /** A result that is the same everywhere and for ever (isPlain). */
  plain(value: unknown): void {
    this.#list.plain(value);
  }

  value(value: unknown): void {
    if (isPlain(value)) this.#list.plain(value);
    else this.#add(value, true);
  }

  skipped(): void {
    this.#skipped.push(this.#list.count);
    this.#list.plain(undefined);
  }

  error(error: unknown): void {
    this.#add(packError(error, currentProcess().name), false);
  }

  /** An item waits for something: what is there is sent soon, without waiting for it. */
  flushSoon(): void {
    if (this.#timer || !this.pending) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, HOLD_MS);
  }

  /** Sends what is there; resolves when the parent has room for more. */
  async flush(): Promise<void> {
    this.#reports.flushOrWarn();
    for (const frame of this.#take()) {
      try {
        await this.#pipe.send(frame);
      } catch (error) {
        // Shared memory is full, say: the item fails, the worker lives.
        if (frame[0] !== ToParent.one || error instanceof BrokenPipeError) throw error;
        await this.#pipe.send([
          ToParent.one,
          false,
          packError(error, currentProcess().name),
          frame[3],
        ] satisfies FrameToParent);
      }
    }
  }

  /** At the end of the process: what has been done is not done in vain. */
  flushSync(): void {
    try {
      this.#reports.flushOrWarn();
      for (const frame of this.#take()) this.#pipe.sendSync(frame, 1000);
    } catch {
      // The parent is gone, or has no room: it will have the items run again.
    }
  }

  #add(value: unknown, ok: boolean): void {
    let bytes: Uint8Array | undefined;
    try {
      bytes = encodeInline(value, 'result');
    } catch (error) {
      this.error(error);
      return;
    }
    if (bytes === undefined) {
      this.#alone = { ok, value };
      return;
    }
    if (!ok) this.#failed.push(this.#list.count);
    this.#list.packed(bytes);
  }

  #take(): FrameToParent[] {
    const frames: FrameToParent[] = [];
    const now = performance.now();
    const ms = this.#runTime.of(now - this.#since);
    const alone = this.#alone;
    this.#since = this.#flushedAt = now;
    if (this.#list.count > 0) {
      const { values, packed } = this.#list.take();
      const frame: ManyFrame = [ToParent.many, alone ? 0 : ms, values];
      const [failed, skipped] = [this.#failed, this.#skipped].map((list) =>
        list.length > 0 ? list : undefined,
      );
      if (packed || failed || skipped) frame.push(packed, failed, skipped);
      frames.push(frame);
      this.#failed = [];
      this.#skipped = [];
    }
    if (alone) {
      frames.push([ToParent.one, alone.ok, alone.value, ms]);
      this.#alone = undefined;
    }
    return frames;
  }
}
