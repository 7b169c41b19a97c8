// A task: one submission to a pool, of one item or many. It has the items, and tells its sink what came of each.
//
//   items   0 1 2 3 4 5 6 7 8 9 …      before `next`: handed out;  from `next` on: not yet
//                   ▲next              `again`: handed out before, to be handed out once more (first of all)

import type { Cost } from './chunking.js';
import type { Definition } from './definition.js';
import type { ItemSource } from './dispatcher.js';
import type { CallStyle } from './frames.js';
import { ItemHistory } from './item-history.js';
import { ItemIds } from './item-ids.js';
import { ItemQueue } from './item-queue.js';
import type { ItemValues } from './number-column.js';
import { PackedValue } from './packed-value.js';
import { indexAt, type Portion } from './portion.js';
import type { Sink } from './sink.js';
import { ListItems, type TaskItems } from './task-items.js';
import type { TaskOptions, TaskParts } from './task-parts.js';

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
  #onMoved: (() => void) | undefined;
  #items: TaskItems = new ListItems();
  #next = 0;
  readonly #again = new ItemQueue();
  /** Items from `next` on that are settled already. */
  #droppedAhead = 0;
  #unsettled = 0;
  #open: boolean;
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
    return this.#again.count + this.#items.length - this.#next - this.#droppedAhead;
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
    if (this.#over) {
      if (item instanceof PackedValue) item.release();
      return -1;
    }
    this.#unsettled++;
    return this.#items.push(item);
  }

  /** Adds all at once. Only for a new task. */
  addAll(items: TaskItems): void {
    this.#items = items;
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

  /** Calls back, once, when items have been handed out or settled. */
  whenMoved(callback: () => void): void {
    this.#onMoved = callback;
  }

  itemAt(index: number): unknown {
    return this.#items.at(index);
  }

  /** The items of a portion, if all are plain; to be encoded at once. */
  plainItems(portion: Portion): ItemValues | undefined {
    return this.#items.plain(portion);
  }

  take(limit: number): Portion {
    const history = this.#history;
    if (this.#again.count > 0) {
      if (!history) return this.#again.take(limit);
      return this.#again.takeListed(limit, (indices) => history.together(indices, limit));
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
      if (this.#items.isSettled(this.#next)) this.#droppedAhead--;
      else listed.push(this.#next);
    }
    this.#wakeFeeder();
    return { first: listed[0], count: listed.length, listed };
  }

  giveBack(portions: readonly Portion[]): void {
    if (this.#over) return;
    this.#again.prepend(
      this.#anyOutOfTurn ? portions.flatMap((portion) => this.#unsettledOf(portion)) : portions,
    );
  }

  #unsettledOf(portion: Portion): Portion[] {
    const listed: number[] = [];
    for (let offset = 0; offset < portion.count; offset++) {
      const index = indexAt(portion, offset);
      if (!this.#items.isSettled(index)) listed.push(index);
    }
    return listed.length > 0 ? [{ first: listed[0], count: listed.length, listed }] : [];
  }

  /** How many of the next items make a message of reasonable size. */
  #fitting(first: number, limit: number): number {
    if (!this.#items.anyPacked) return limit;
    let bytes = 0;
    for (let count = 0; count < limit; count++) {
      bytes += this.#items.packedBytes(first + count);
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
    return this.#history?.reclaim(index) === true && !this.#over && !this.#items.isSettled(index);
  }

  /** Whether `reclaim` has to be asked. */
  get anyDisowned(): boolean {
    return this.#history?.anyDisowned === true;
  }

  /** An item that runs has reported something. */
  report(index: number, value: unknown): void {
    if (this.#over || this.#items.isSettled(index)) return;
    this.#sink.report?.(index, value, this.#history?.attemptOf(index) ?? 1);
  }

  settleValue(index: number, value: unknown): void {
    if (this.#over || this.#items.isSettled(index)) return;
    this.#items.settle(index);
    this.#sink.value(index, value);
    if (!this.#over) this.#settled(1);
  }

  /** @returns True if the item is to be run again. */
  settleError(index: number, error: unknown, mayRetry = true): boolean {
    if (this.#over || this.#items.isSettled(index)) return false;
    if (mayRetry && this.options.retries > 0) {
      if (this.history.noteFailure(index) <= this.options.retries) return true;
    }
    this.#settleFailed(index, error, !this.#sink.keepsErrors);
    return false;
  }

  /** @param rejects Whether a call fails by it, and nobody has asked for that. */
  #settleFailed(index: number, error: unknown, rejects: boolean): void {
    this.#anyOutOfTurn = true;
    this.#items.settle(index);
    this.#onFailed(rejects);
    this.#failing = 1;
    const isTheEnd = this.#sink.error(index, error);
    if (isTheEnd) this.cancel();
    this.#failing = 0;
    if (!isTheEnd && !this.#over) this.#settled(1); // the sink may have cancelled the task, and this item with it
  }

  /** Settles with values for consecutive items: the quick way. */
  settlePlain(first: number, values: ItemValues, from: number, count: number): void {
    if (this.#over) return;
    if (!this.#items.anyPacked && !this.#anyOutOfTurn && this.#sink.range?.(first, values, from, count)) {
      this.#items.settleRange(first, count); // FAST PATH
      this.#settled(count);
      return;
    }
    const items = this.#items;
    let settled = 0;
    for (let i = 0; i < count; i++) {
      if (items.isSettled(first + i)) continue;
      items.settle(first + i);
      settled++;
      this.#sink.value(first + i, values[from + i]);
    }
    if (!this.#over) this.#settled(settled);
  }

  /** Adds to an error of the item where it was submitted. */
  markCall(index: number, error: unknown): void {
    if (!this.#over && !this.#items.isSettled(index)) this.#sink.siteOf?.(index)?.addTo(error);
  }

  /** Gives one item up, wherever it is. @returns False if it is settled. */
  drop(index: number, reason: unknown): boolean {
    if (this.#over || this.#items.isSettled(index)) return false;
    if (index >= this.#next) this.#droppedAhead++;
    else this.#again.remove(index);
    this.#settleFailed(index, reason, false);
    return true;
  }

  /** Whether a worker has the item: it was handed out, and has not been settled or come back. */
  isOut(index: number): boolean {
    const wasHandedOut = index < this.#next && !this.#items.isSettled(index);
    return wasHandedOut && !this.#again.has(index);
  }

  /** Gives up, one by one, the items that no worker has; with `all` those too. */
  dropEach(reason: unknown, { all }: { all: boolean }): void {
    for (const index of [...this.#again.indices()]) this.drop(index, reason);
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
    this.#items.release();
    this.#items = new ListItems();
    this.#next = 0;
    this.#again.clear();
    this.#droppedAhead = 0;
    this.#open = false;
    this.#onDropped(this.#unsettled - this.#failing);
    this.#settled(this.#unsettled);
  }

  #settled(count: number): void {
    this.#unsettled -= count;
    this.#onSettled(count);
    this.#endIfSettled();
    this.#wakeFeeder();
  }

  #wakeFeeder(): void {
    const wake = this.#onMoved;
    this.#onMoved = undefined;
    wake?.();
  }

  #endIfSettled(): void {
    if (this.#open || this.#unsettled > 0 || this.#over) return;
    this.#over = true;
    for (const tell of this.#onOver) tell();
    this.#wakeFeeder();
  }
}
