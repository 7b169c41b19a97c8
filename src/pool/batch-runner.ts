// Runs the items of a batch in a worker, one after another, and piles up what they come to.
//
//   careful   one item, whatever it is: a new function, packed arguments, a limit of time, something to wait for
//   quick     a run of plain items of a function that has only ever returned at once: a small loop that V8 compiles early. What
//             does not fit in it (a promise, an error, a word from the parent) ends the run, and the careful way goes on from there
//
// Before each item, either way, the board says that it begins: if this process dies, it is known which item it was running.

import { killPoint } from '../base/kill-point.js';
import type { EndRequest } from './end-request.js';
import { CallStyle, type RunFrame, TICKET_MASK, Watch } from './frames.js';
import type { ItemHost } from './item-host.js';
import { PackedReader } from './item-list.js';
import type { ItemValues } from './number-column.js';
import { isPlain, openPacked } from './packed-value.js';
import type { PoolBoard } from './pool-board.js';
import type { ResultSender } from './result-sender.js';
import type { TaskFunction } from './task-context.js';

interface BatchRunnerParts {
  readonly board: PoolBoard;
  readonly request: EndRequest;
  readonly host: ItemHost;
  readonly results: ResultSender;
  /** The function with this number; a promise, which may reject, if it has to be opened first. */
  functionOf(id: number): TaskFunction | Promise<TaskFunction>;
  /** It is time to send results. */
  whenDue(): Promise<void>;
}

/** A batch that is being run. */
interface Run {
  readonly frame: RunFrame;
  readonly values: ItemValues;
  readonly firstTicket: number;
  readonly packed: PackedReader;
  readonly isTimed: boolean;
  fn: TaskFunction | undefined;
}

export class BatchRunner {
  readonly #parts: BatchRunnerParts;
  readonly #board: PoolBoard;
  readonly #host: ItemHost;
  readonly #results: ResultSender;
  /** The item that has begun last is waited for. */
  #waiting: Promise<void> | undefined;

  constructor(parts: BatchRunnerParts) {
    this.#parts = parts;
    this.#board = parts.board;
    this.#host = parts.host;
    this.#results = parts.results;
  }

  /** Resolves when all items of the batch have ended, except for those that were taken back. */
  async run(frame: RunFrame): Promise<void> {
    const [, , style, firstTicket, values, , part, , watch = 0] = frame;
    const isTimed = (watch & Watch.time) !== 0;
    const isSimple = style === CallStyle.item && part === undefined && !isTimed;
    const run: Run = { frame, values, firstTicket, packed: new PackedReader(part), isTimed, fn: undefined };
    const results = this.#results;
    for (let i = 0; i < values.length; ) {
      const before = i;
      if (isSimple && run.fn?.isQuick && !this.#board.skipsAny)
        i = this.#runQuickly(run, run.fn, i, Math.min(values.length, i + results.untilLook)); // FAST PATH
      if (i === before) {
        const begun = this.#begin(run, i);
        if (!(begun instanceof Promise ? await begun : begun)) return; // what follows in the batch was taken back, too
        this.#runOne(run, i++);
      }
      if (this.#waiting) {
        await this.#waiting;
        this.#waiting = undefined;
      }
      if (results.isDue(i - before)) await this.#parts.whenDue();
    }
  }

  /** @returns The item that was not run: at `end`, or before. */
  #runQuickly({ frame, values, firstTicket }: Run, fn: TaskFunction, from: number, end: number): number {
    const board = this.#board;
    const host = this.#host;
    const results = this.#results;
    let i = from;
    host.enter(frame);
    try {
      for (; i < end; i++) {
        if (!board.begin((firstTicket + i) & TICKET_MASK)) break;
        CHAOS: killPoint('pool.item.begun');
        const value = fn.call(values[i]);
        if (isPlain(value)) results.plain(value);
        else if (isThenable(value)) {
          fn.noteWaits(true);
          this.#waiting = this.#waitFor(value);
          return i + 1;
        } else {
          host.leave();
          results.value(value);
          if (results.hasAlone) return i + 1;
          host.enter(frame);
        }
        CHAOS: killPoint('pool.item.ended');
      }
      host.leave();
    } catch (error) {
      this.#fail(error);
      i++;
    }
    return i;
  }

  /** @returns False if the item was taken back. */
  #begin({ firstTicket, isTimed }: Run, i: number): boolean | Promise<boolean> {
    const ticket = (firstTicket + i) & TICKET_MASK;
    if (isTimed) this.#board.stampTime();
    return this.#board.begin(ticket) || this.#beginAttentively(ticket, isTimed); // FAST PATH
  }

  /** The parent has said something. */
  async #beginAttentively(ticket: number, isTimed: boolean): Promise<boolean> {
    const { board, request } = this.#parts;
    do {
      if (!board.attend(ticket)) return false;
      if (request.halted) await request.untilGoingOn();
      if (isTimed) board.stampTime();
    } while (!board.begin(ticket));
    return true;
  }

  #runOne(run: Run, i: number): void {
    CHAOS: killPoint('pool.item.begun');
    const ticket = (run.firstTicket + i) & TICKET_MASK;
    const packed = run.packed.at(i);
    if (this.#board.skips(ticket)) {
      this.#results.skipped();
      return;
    }
    this.#host.enter(run.frame);
    try {
      const fn = run.fn ?? this.#parts.functionOf(run.frame[1]);
      const open = () => (packed ? openPacked(packed.bytes, packed.attachments) : run.values[i]);
      const item = fn instanceof Promise ? undefined : open();
      if (fn instanceof Promise) this.#waiting = this.#callWhenOpen(run, fn, open);
      else if (item instanceof Promise) this.#waiting = this.#callWhenOpen(run, fn, () => item);
      else this.#waiting = this.#call(run, fn, item);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Function or argument need modules that have to be imported first. */
  async #callWhenOpen(
    run: Run,
    fn: Promise<TaskFunction> | TaskFunction,
    open: () => unknown,
  ): Promise<void> {
    try {
      const ready = await fn;
      await this.#call(run, ready, await open());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @returns A promise if it has to be waited for; that does not reject. @throws What the function throws at once. */
  #call(run: Run, fn: TaskFunction, item: unknown): Promise<void> | undefined {
    run.fn = fn;
    const isSpread = run.frame[2] === CallStyle.spread;
    let value: unknown;
    if (!fn.isQuick) value = fn.callFor(this.#host.inContext(), isSpread ? (item as unknown[]) : [item]);
    else value = isSpread ? fn.spread(item as unknown[]) : fn.call(item); // FAST PATH
    if (isThenable(value)) {
      fn.noteWaits(true);
      return this.#waitFor(value);
    }
    fn.noteWaits(false);
    this.#end(value);
    return undefined;
  }

  async #waitFor(promise: PromiseLike<unknown>): Promise<void> {
    this.#results.flushSoon();
    try {
      this.#end(await promise);
    } catch (error) {
      this.#fail(error);
    }
  }

  #end(value: unknown): void {
    this.#host.leave();
    this.#results.value(value);
    CHAOS: killPoint('pool.item.ended');
  }

  #fail(error: unknown): void {
    this.#host.leave();
    this.#results.error(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  );
}
