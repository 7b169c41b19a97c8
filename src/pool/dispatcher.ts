// Which worker gets which items next, and what becomes of them when a worker dies. Pure: no clock, no messages, no processes.
//
//   submit(source) ─► queue, by priority, first in first out ─► next() ─► batch at a seat ─► answered()    each item leaves once
//                          ▲                                                   │
//                          ├────────── give back ◄────────────────── lost() ◄──┤  the worker died: all but the running item
//                          └────────── give back ◄────────────── takeBack() ◄──┘  it is slow: all it has not begun
//
// A seat is the place of one worker. Its items have consecutive tickets; answers come in the order of tickets.

import { AHEAD_MS, batchSizeFor, type Cost } from './chunking.js';
import { TICKET_MASK } from './frames.js';
import { indexAt, type Portion, partOf } from './portion.js';

/** Where items come from: one submission. */
export interface ItemSource {
  /** How many items could be taken now. */
  readonly available: number;
  readonly cost: Cost;
  readonly chunkSize: number | 'auto';
  /** Sources of a higher one go first. */
  readonly priority: number;
  /** Whether it is in the dispatcher's queue: the dispatcher's own note. */
  queued: boolean;
  /** Takes at most `limit` items, at least one; those given back come first. */
  take(limit: number): Portion;
  /** Items that have to run again, or for the first time after all. A source that is over forgets them. */
  giveBack(portions: readonly Portion[]): void;
}

/** Items that a seat has been given together. */
export interface Batch<Source> {
  readonly source: Source;
  /** Gets shorter when its end is taken back. */
  portion: Portion;
  readonly firstTicket: number;
  /** How many have been answered. */
  answered: number;
}

/** One item, found again by its ticket. */
export interface Item<Source> {
  readonly source: Source;
  readonly index: number;
}

/** Items on their way back to their source. */
type Given<Source> = readonly [source: Source, portion: Portion];

export interface Seat<Source> {
  readonly id: number;
  /** Not answered yet, oldest first. */
  readonly batches: Batch<Source>[];
  /** Ticket of the next item it is given. */
  nextTicket: number;
  /** How many more items it may be given in its life. */
  itemsLeft: number;
  /** It gets nothing more. */
  closing: boolean;
  /** Estimated milliseconds until it has answered all; undefined: to be estimated anew. Infinite: it may take long. */
  aheadMs: number | undefined;
  /** Items were taken back from it: it gets nothing until it has answered the rest. */
  held: boolean;
  /** It is being filled up; then it is left alone until half of it is done, so that messages come in bursts. */
  filling: boolean;
}

export class Dispatcher<Source extends ItemSource> {
  readonly #queue: Source[] = [];
  readonly #seats = new Map<number, Seat<Source>>();

  /** A worker is ready for items. */
  addSeat(id: number, itemsLeft = Number.POSITIVE_INFINITY): void {
    this.#seats.set(id, {
      id,
      batches: [],
      nextTicket: 0,
      itemsLeft,
      closing: false,
      aheadMs: 0,
      held: false,
      filling: true,
    });
  }

  seat(id: number): Seat<Source> | undefined {
    return this.#seats.get(id);
  }

  seats(): Iterable<Seat<Source>> {
    return this.#seats.values();
  }

  /** The last source in the queue: more may be put into it without overtaking anybody. */
  get lastQueued(): Source | undefined {
    return this.#queue.at(-1);
  }

  /** The source has items. It leaves the queue when it has none. */
  submit(source: Source): void {
    if (source.queued) return;
    source.queued = true;
    let at = this.#queue.length;
    while (at > 0 && this.#queue[at - 1].priority < source.priority) at--;
    if (at === this.#queue.length) this.#queue.push(source);
    else this.#queue.splice(at, 0, source);
  }

  /** The next batch, and the seat that gets it; undefined if there is nothing to do or nobody to do it. */
  next(): { seat: Seat<Source>; batch: Batch<Source> } | undefined {
    for (let source = this.#queue[0]; source; source = this.#queue[0]) {
      const { available } = source;
      if (available === 0) {
        source.queued = false;
        this.#queue.shift();
        continue;
      }
      const seat = this.#bestSeatFor(source);
      if (!seat) return undefined; // those behind it wait: first in, first out
      const workers = Math.max(1, this.#seats.size);
      const size = batchSizeFor({ chunkSize: source.chunkSize, cost: source.cost, available, workers });
      const portion = source.take(Math.min(size, seat.itemsLeft));
      const batch = { source, portion, firstTicket: seat.nextTicket, answered: 0 };
      seat.nextTicket = (seat.nextTicket + portion.count) & TICKET_MASK;
      seat.itemsLeft -= portion.count;
      seat.batches.push(batch);
      if (seat.aheadMs !== undefined) seat.aheadMs += msOf(source, portion.count);
      return { seat, batch };
    }
    return undefined;
  }

  /** The oldest item the seat has not answered yet: it is answered now. */
  answer(seat: Seat<Source>): Item<Source> | undefined {
    const batch = seat.batches[0];
    if (!batch) return undefined;
    const item = { source: batch.source, index: indexAt(batch.portion, batch.answered) };
    this.skip(seat, batch, 1);
    return item;
  }

  /** So many items of the seat's oldest batch have been answered. */
  skip(seat: Seat<Source>, batch: Batch<Source>, count: number): void {
    batch.answered += count;
    seat.aheadMs = undefined;
    if (batch.answered === batch.portion.count) seat.batches.shift();
    if (seat.batches.length === 0) seat.held = false;
  }

  /** Takes a batch away again that could not be sent: its items, to be failed. */
  unsend(id: number, batch: Batch<Source>): Item<Source>[] {
    const seat = this.#seats.get(id);
    const at = seat?.batches.indexOf(batch) ?? -1;
    if (!seat || at < 0) return [];
    seat.batches.splice(at, 1);
    seat.aheadMs = undefined;
    const items = remaining(batch);
    seat.itemsLeft += items.length;
    return items;
  }

  /** The items of a batch that have not been answered. */
  itemsOf(batch: Batch<Source>): Item<Source>[] {
    return remaining(batch);
  }

  /** The item that has a ticket, if the seat has not answered it. */
  itemWith(seat: Seat<Source>, ticket: number): Item<Source> | undefined {
    for (const batch of seat.batches) {
      const offset = (ticket - batch.firstTicket) & TICKET_MASK;
      if (offset < batch.answered || offset >= batch.portion.count) continue;
      return { source: batch.source, index: indexAt(batch.portion, offset) };
    }
    return undefined;
  }

  /** Whether the seat has this item, and has not answered it. */
  holds(seat: Seat<Source>, source: Source, index: number): boolean {
    return seat.batches.some((batch) => {
      if (batch.source !== source) return false;
      const { portion, answered } = batch;
      const offset = portion.listed ? portion.listed.indexOf(index) : index - portion.first;
      return offset >= answered && offset < portion.count;
    });
  }

  /**
   * The worker is gone. Its items go back to their sources, all but the one it was running.
   * @returns That one.
   */
  lost(id: number, running: number | undefined): Item<Source> | undefined {
    const seat = this.#seats.get(id);
    if (!seat) return undefined;
    this.#seats.delete(id);
    const victim = running === undefined ? undefined : this.itemWith(seat, running);
    const orphans: Given<Source>[] = [];
    for (const { source, portion, firstTicket, answered } of seat.batches) {
      const at = running === undefined ? -1 : (running - firstTicket) & TICKET_MASK;
      const isHere = at >= answered && at < portion.count;
      const ends = isHere ? [answered, at, at + 1, portion.count] : [answered, portion.count];
      for (let i = 0; i < ends.length; i += 2) orphans.push([source, partOf(portion, ends[i], ends[i + 1])]);
    }
    this.#giveAllBack(orphans);
    return victim;
  }

  /**
   * The worker will not begin what comes after this ticket: those items go back to their sources.
   * @returns How many.
   */
  takeBack(seat: Seat<Source>, lastBegun: number): number {
    const taken: Given<Source>[] = [];
    let count = 0;
    for (const batch of seat.batches) {
      const { source, portion, firstTicket, answered } = batch;
      const begun = signedDistance(firstTicket, lastBegun + 1);
      const kept = Math.min(portion.count, Math.max(answered, begun));
      taken.push([source, partOf(portion, kept, portion.count)]);
      count += portion.count - kept;
      batch.portion = { ...portion, count: kept };
    }
    seat.batches.splice(0, seat.batches.length, ...seat.batches.filter(hasMore));
    seat.held = seat.batches.length > 0;
    seat.aheadMs = undefined;
    seat.itemsLeft += count;
    this.#giveAllBack(taken);
    return count;
  }

  #giveAllBack(all: readonly Given<Source>[]): void {
    const bySource = new Map<Source, Portion[]>();
    for (const [source, portion] of all) {
      if (portion.count === 0) continue;
      const portions = bySource.get(source);
      if (portions) portions.push(portion);
      else bySource.set(source, [portion]);
    }
    for (const [source, portions] of [...bySource].reverse()) this.giveBack(source, portions);
  }

  /** Items that have to run (again): before everything in the queue that has no higher priority. */
  giveBack(source: Source, portions: readonly Portion[]): void {
    source.giveBack(portions);
    if (source.available === 0 || source.queued) return;
    source.queued = true;
    let at = 0;
    while (at < this.#queue.length && this.#queue[at].priority > source.priority) at++;
    this.#queue.splice(at, 0, source);
  }

  /** The seat that has the least to do, if it may be given items of this source. */
  #bestSeatFor(source: Source): Seat<Source> | undefined {
    let best: Seat<Source> | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const seat of this.#seats.values()) {
      if (seat.closing || seat.held || seat.itemsLeft <= 0) continue;
      if (seat.batches.length === 0) return seat;
      seat.aheadMs ??= workAhead(seat);
      if (seat.aheadMs < least && mayTakeMore(seat)) {
        least = seat.aheadMs;
        best = seat;
      }
    }
    // Nobody is free: only what is quick may wait behind something quick.
    return source.cost.quick ? best : undefined;
  }
}

/** How many batches a seat may hold, however quick. */
const DEEPEST = 128;

/** Whether a seat that has something to do may be given more: it has little, or is just being filled. */
function mayTakeMore<Source>(seat: Seat<Source>): boolean {
  const ahead = seat.aheadMs as number;
  const depth = seat.batches.length;
  if (ahead >= AHEAD_MS || depth >= DEEPEST) seat.filling = false;
  else if (ahead < AHEAD_MS / 2 && depth <= DEEPEST / 2) seat.filling = true;
  return seat.filling;
}

/** An estimate of the milliseconds a seat is busy for; infinite if something it has may take long. */
function workAhead<Source extends ItemSource>(seat: Seat<Source>): number {
  let ms = 0;
  for (const { source, portion, answered } of seat.batches) ms += msOf(source, portion.count - answered);
  return ms;
}

function msOf({ cost }: ItemSource, items: number): number {
  return cost.perItemMs === undefined || !cost.quick ? Number.POSITIVE_INFINITY : cost.perItemMs * items;
}

/** How far it is from one ticket to another that is near it, before or behind. */
function signedDistance(from: number, to: number): number {
  return ((to - from + TICKET_HALF) & TICKET_MASK) - TICKET_HALF;
}

const TICKET_HALF = (TICKET_MASK + 1) / 2;

function hasMore<Source>({ portion, answered }: Batch<Source>): boolean {
  return answered < portion.count;
}

function remaining<Source>({ source, portion, answered }: Batch<Source>): Item<Source>[] {
  const items: Item<Source>[] = [];
  for (let offset = answered; offset < portion.count; offset++)
    items.push({ source, index: indexAt(portion, offset) });
  return items;
}
