// A task: one submission to a pool, of one item or many. It has the items, and tells its sink what came of each.
//
//   items   0 1 2 3 4 5 6 7 8 9 …      before `next`: handed out;  from `next` on: not yet
//                   ▲next              `again`: handed out before, to be handed out once more (first of all)

import type { Cost } from './chunking.js';
import type { Definition } from './definition.js';
import type { ItemSource, Portion } from './dispatcher.js';
import type { CallStyle } from './frames.js';
import { ItemHistory } from './item-history.js';
import { ItemIds } from './item-ids.js';
import { PackedValue } from './packed-value.js';
import type { Sink } from './sink.js';
import type { TaskOptions, TaskParts } from './task-parts.js';

/** In the place of an item that is settled. */
const SETTLED = Symbol('settled');
/** Packed items of one message hold no more, unless it is one item. */
const LARGEST_BATCH_BYTES = 256 * 1024;

export class Task implements ItemSource {
  readonly definition: Definition;
  readonly style: CallStyle;
  readonly options: TaskOptions;
  readonly cost: Cost;
  readonly #ids = new ItemIds();
  readonly #sink: Sink;
  readonly #onSettled: (count: number) => void;
  readonly #onFailed: (rejects: boolean) => void;
  readonly #onDropped: (count: number) => void;
  /** Items that fail just now: they are not given up. */
  #failing = 0;
  readonly #onOver: (() => void)[];
  #onTaken: (() => void) | undefined;
  /** Plain items as they are, others packed; SETTLED once settled. */
  #items: unknown[] = [];
  #next = 0;
  #again: number[] = [];
  /** Items from `next` on that are settled already. */
  #droppedAhead = 0;
  #unsettled = 0;
  #open: boolean;
  #anyPacked = false;
  /** Items may be settled that a worker still has. */
  #anyOutOfTurn = false;
  queued = false;
  /** When it was put into the queue. */
  queuedAtMs = 0;
  #over = false;
  /** Made when something goes wrong. */
  #history: ItemHistory | undefined;

  constructor(parts: TaskParts) {
    const { definition, style, options, sink, open, cost, onSettled, onOver } = parts;
    this.definition = definition;
    this.cost = cost ?? definition.cost;
    this.style = style;
    this.options = options;
    this.#sink = sink;
    this.#open = open;
    this.#onSettled = onSettled;
    this.#onFailed = parts.onFailed;
    this.#onDropped = parts.onDropped;
    this.#onOver = [onOver];
  }

  get chunkSize(): number | 'auto' {
    return this.options.chunkSize;
  }

  get priority(): number {
    return this.options.priority;
  }

  get available(): number {
    return this.#again.length + this.#items.length - this.#next - this.#droppedAhead;
  }

  /** Whether its items are calls of their own, so that an index means nothing to anybody. */
  get isCall(): boolean {
    return this.#sink.isCall === true;
  }

  /** Items not settled yet. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Items ever added. */
  get size(): number {
    return this.#items.length;
  }

  get over(): boolean {
    return this.#over;
  }

  /** How many items there will be, if that is known. */
  get total(): number | undefined {
    return this.#open ? undefined : this.#items.length;
  }

  get wantsReports(): boolean {
    return this.#sink.report !== undefined;
  }

  get history(): ItemHistory {
    this.#history ??= new ItemHistory();
    return this.#history;
  }

  /** Adds an item: a plain value, or a PackedValue. @returns Its index. */
  add(item: unknown): number {
    if (item instanceof PackedValue) {
      this.#anyPacked = true;
      if (this.#over) item.release();
    }
    if (this.#over) return -1;
    this.#unsettled++;
    return this.#items.push(item) - 1;
  }

  /** Adds many at once; the task keeps the array. Only for a new task. */
  addAll(items: unknown[], anyPacked: boolean): void {
    this.#items = items;
    this.#anyPacked = anyPacked;
    this.#unsettled = items.length;
  }

  /** No item will be added. */
  complete(): void {
    this.#open = false;
    this.#endIfSettled();
  }

  /** Calls back when it is over; at once if it is. */
  whenOver(callback: () => void): void {
    if (this.#over) callback();
    else this.#onOver.push(callback);
  }

  /** Calls back, once, when items have been handed out. */
  whenTaken(callback: () => void): void {
    this.#onTaken = callback;
  }

  itemAt(index: number): unknown {
    return this.#items[index];
  }

  /** The items of a portion, if all are plain. */
  plainItems({ first, count, listed }: Portion): unknown[] | undefined {
    if (this.#anyPacked) return undefined;
    return listed ? listed.map((index) => this.#items[index]) : this.#items.slice(first, first + count);
  }

  take(limit: number): Portion {
    if (this.#again.length > 0) {
      const listed = this.#again.splice(0, this.#history?.together(this.#again, limit) ?? limit);
      return { first: listed[0], count: listed.length, listed };
    }
    if (this.#droppedAhead > 0) return this.#takeWanted(limit);
    const first = this.#next;
    const count = this.#fitting(first, Math.min(limit, this.#items.length - first));
    this.#next += count;
    this.#wakeFeeder();
    return { first, count };
  }

  #takeWanted(limit: number): Portion {
    const listed: number[] = [];
    for (; listed.length < limit && this.#next < this.#items.length; this.#next++) {
      if (this.#items[this.#next] === SETTLED) this.#droppedAhead--;
      else listed.push(this.#next);
    }
    this.#wakeFeeder();
    return { first: listed[0], count: listed.length, listed };
  }

  giveBack(indices: readonly number[]): void {
    if (this.#over) return;
    const wanted = indices.filter((index) => this.#items[index] !== SETTLED);
    this.#again = wanted.concat(this.#again);
  }

  /** How many of the next items make a message of reasonable size. */
  #fitting(first: number, limit: number): number {
    if (!this.#anyPacked) return limit;
    let bytes = 0;
    for (let count = 0; count < limit; count++) {
      const item = this.#items[first + count];
      if (item instanceof PackedValue) bytes += item.sizeBytes;
      if (bytes > LARGEST_BATCH_BYTES) return Math.max(1, count);
    }
    return limit;
  }

  /** Numbers of a portion's items. */
  idsOf(portion: Portion): number | number[] {
    this.#ids.reserve(this.#items.length);
    return this.#ids.of(portion);
  }

  /** Which run of each item of a portion this is; undefined if it is the first of all. */
  attemptsOf(portion: Portion): number[] | undefined {
    const history = this.#history;
    if (!history || !portion.listed) return undefined;
    return portion.listed.map((index) => history.attemptOf(index));
  }

  /** Whether the answer for this item does not count, because its run was given up before; then it is to be run again. */
  reclaim(index: number): boolean {
    return this.#history?.reclaim(index) === true && !this.#over && this.#items[index] !== SETTLED;
  }

  /** Whether `reclaim` has to be asked. */
  get anyDisowned(): boolean {
    return this.#history?.anyDisowned === true;
  }

  /** An item that runs has reported something. */
  report(index: number, value: unknown): void {
    if (this.#over || this.#items[index] === SETTLED) return;
    this.#sink.report?.(index, value, this.#history?.attemptOf(index) ?? 1);
  }

  settleValue(index: number, value: unknown): void {
    if (this.#over || this.#items[index] === SETTLED) return;
    this.#forget(index);
    this.#sink.value(index, value);
    if (!this.#over) this.#settled(1);
  }

  /** @returns True if the item is to be run again. */
  settleError(index: number, error: unknown, mayRetry = true): boolean {
    if (this.#over || this.#items[index] === SETTLED) return false;
    if (mayRetry && this.options.retries > 0) {
      if (this.history.noteFailure(index) <= this.options.retries) return true;
    }
    this.#anyOutOfTurn = true;
    this.#forget(index);
    this.#onFailed(!this.#sink.keepsErrors);
    this.#failing = 1;
    const isTheEnd = this.#sink.error(index, error);
    if (isTheEnd) this.cancel();
    this.#failing = 0;
    if (isTheEnd) return false;
    if (!this.#over) this.#settled(1); // the sink may have cancelled the task, and this item with it
    return false;
  }

  /** Settles with values for consecutive items: the quick way. */
  settlePlain(first: number, values: readonly unknown[], from: number, count: number): void {
    if (this.#over) return;
    if (!this.#anyPacked && !this.#anyOutOfTurn && this.#sink.range?.(first, values, from, count)) {
      this.#items.fill(SETTLED, first, first + count); // FAST PATH
      this.#settled(count);
      return;
    }
    const items = this.#items;
    let settled = 0;
    for (let i = 0; i < count; i++) {
      const item = items[first + i];
      if (item === SETTLED) continue;
      if (item instanceof PackedValue) item.release();
      items[first + i] = SETTLED;
      settled++;
      this.#sink.value(first + i, values[from + i]);
    }
    if (!this.#over) this.#settled(settled);
  }

  /** Adds to an error of the item where it was submitted. */
  markCall(index: number, error: unknown): void {
    if (!this.#over && this.#items[index] !== SETTLED) this.#sink.siteOf?.(index)?.addTo(error);
  }

  /** Gives one item up, wherever it is. @returns False if it is settled. */
  drop(index: number, reason: unknown): boolean {
    if (this.#over || this.#items[index] === SETTLED) return false;
    if (index >= this.#next) this.#droppedAhead++;
    else this.#again = this.#again.filter((other) => other !== index);
    this.settleError(index, reason, false);
    return true;
  }

  /** Whether a worker has the item: it was handed out, and has not been settled or come back. */
  isOut(index: number): boolean {
    const wasHandedOut = index < this.#next && this.#items[index] !== SETTLED;
    return wasHandedOut && !this.#again.includes(index);
  }

  /** Gives up, one by one, the items that no worker has; with `all` those too. */
  dropEach(reason: unknown, { all }: { all: boolean }): void {
    for (const index of [...this.#again]) this.drop(index, reason);
    for (let index = all ? 0 : this.#next; index < this.#items.length; index++) this.drop(index, reason);
  }

  /** It fails as a whole. */
  abort(reason: unknown): void {
    if (this.#over) return;
    this.#sink.abort(reason);
    this.cancel();
  }

  /** Nothing more of it is wanted: what has not been handed out never will be, what runs is not listened to. */
  cancel(): void {
    if (this.#over) return;
    for (const item of this.#items) if (item instanceof PackedValue) item.release();
    this.#items = [];
    this.#next = 0;
    this.#again = [];
    this.#droppedAhead = 0;
    this.#open = false;
    this.#onDropped(this.#unsettled - this.#failing);
    this.#settled(this.#unsettled);
  }

  #settled(count: number): void {
    this.#unsettled -= count;
    this.#onSettled(count);
    this.#endIfSettled();
  }

  #wakeFeeder(): void {
    const wake = this.#onTaken;
    this.#onTaken = undefined;
    wake?.();
  }

  #forget(index: number): void {
    const item = this.#items[index];
    if (item instanceof PackedValue) item.release();
    this.#items[index] = SETTLED;
  }

  #endIfSettled(): void {
    if (this.#open || this.#unsettled > 0 || this.#over) return;
    this.#over = true;
    for (const tell of this.#onOver) tell();
    this.#wakeFeeder();
  }
}
