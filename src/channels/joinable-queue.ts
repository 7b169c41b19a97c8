// JoinableQueue: a queue that knows when everything put into it has been done.
//
//   unfinished = items in the queue + items taken and not done        nothing else is counted, nothing is remembered
//
// Items taken and not done are said by hold cells. Without `redeliver` each process has one, with their number:
//
//   get:       claim ─► take from the queue ─► count + 1 ─► claim off        claim: "perhaps one more than the count"
//   taskDone:  count − 1                                                     (of a process that has none: another's)
//
// so at no instant an item is in neither place. With `redeliver` each item has a hold of its own (kept-item.ts).
//
// Nobody hangs in `join` because of the dead: an item that a process had taken when it died counts as done, for nobody will
// say so; with `redeliver` it goes back to the head of the queue instead, before everything that was put after it, and is
// unfinished until its next taker has done it. A put that did not come to its commit has not happened. An item that can't be
// revived in the process that takes it counts as done as well: nobody has it.
//
// SYNC POINT join: who joins reads the number of puts, the items in the queue, then the holds, then the puts again: without
// a put in between items only go from the queue to the holds and away, so zero everywhere was zero at once.

import { Deadline, type Wait } from '../base/deadline.js';
import { StateError, TimeoutError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import type { Address } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { ON_THE_WAY } from '../memory/segment.js';
import { Session } from '../memory/session.js';
import { HoldCell, holdsOn } from '../sync/hold.js';
import { defineKind } from '../sync/object-kind.js';
import { suspectAll } from '../sync/recovery.js';
import { Existing, shipAs } from '../sync/shared-object.js';
import { WaitQueue } from '../sync/wait-queue.js';
import {
  endItem,
  freeContent,
  giveBack,
  isGivenBack,
  isTaken,
  itemsOf,
  KeptItem,
  KeptItemParcel,
  recoverItem,
  takeGivenBack,
} from './kept-item.js';
import type { IncomingParcel, OutgoingParcel } from './parcel.js';
import { Queue } from './queue.js';

const Word = layout([
  'kind', //       the first three are the queue's
  'frames',
  'state',
  'redeliver', //  1 or 0
  'givenBack', //  not 0 if an item may have been given back; counted up by who gives one back
  'latch', //      who joins
  'head',
  'tail',
  'count',
]);
/** The role of a process's hold while it takes: "perhaps one more than the count". */
const Claim = { none: 0, one: 1 } as const;

const joinableKind = defineKind({
  code: 14,
  name: 'JoinableQueue',
  recover(object, dead) {
    if (object.load(Word.redeliver) === 0) return;
    // Items before everything else of the dead: what hangs on them must not be freed, and used again, under their hands.
    for (const hold of itemsOf(dead, object.at)) recoverItem(hold, dead);
    Atomics.add(object.words, object.base + Word.givenBack, 1); // also for one whose giver died before it said so
  },
  recoverHold(object, hold, owner) {
    if (object.load(Word.redeliver) === 0) return;
    if (owner !== ON_THE_WAY && owner !== Session.current().self) {
      recoverItem(hold, owner);
      return;
    }
    // Never committed, or dropped with its parcel: the caller frees the hold.
    hold.markReleasing();
    freeContent(hold);
  },
  returnHold(object, hold) {
    giveBack(hold, ON_THE_WAY);
    Atomics.add(object.words, object.base + Word.givenBack, 1);
  },
});

/** This process's hold on each queue without `redeliver`; by address, for the object may be collected and come again. */
const ownHolds = new Map<Address, HoldCell>();

export interface JoinableQueueOptions {
  /** Whether items that a process had taken and not done when it died go back to the head; unless said, they count as done. */
  redeliver?: boolean;
}

/**
 * A queue whose items are said to be done by `taskDone`, and that can be waited for; the counterpart of
 * `multiprocessing.JoinableQueue`.
 *
 * With `redeliver`, `taskDone` finishes the item that this process has had longest, and only a process that has taken an item
 * can finish it. An item then costs 4 KiB of shared memory or more until it is done, and is revived anew for each taker.
 */
export class JoinableQueue<T = unknown> extends Queue<T> {
  readonly #joiners: WaitQueue;
  readonly #redeliver: boolean;
  /** With `redeliver`: what this process has and has not done, the longest first. */
  readonly #inHand: HoldCell[] = [];

  /**
   * @param maxSize How many items it holds at most; 0 or less: as many as memory allows. Items given back come on top.
   * @throws {TypeError} If `maxSize` is no whole number, or `redeliver` no boolean.
   * @throws {SystemCallError} With code ENOSPC if shared memory is full.
   */
  constructor(maxSize: number | Existing = 0, options: JoinableQueueOptions = {}) {
    const { redeliver = false } = options;
    if (typeof redeliver !== 'boolean')
      throw new TypeError(`redeliver must be a boolean, got ${typeof redeliver}`);
    super(maxSize, joinableKind);
    if (!(maxSize instanceof Existing)) this.object.store(Word.redeliver, redeliver ? 1 : 0);
    this.#redeliver = this.object.load(Word.redeliver) === 1;
    this.#joiners = new WaitQueue(this.object.at, Word.latch);
  }

  /**
   * Says that an item that was taken is done.
   * @throws {StateError} If it is called more often than items were taken.
   */
  taskDone(): void {
    if (this.#redeliver) {
      const hold = this.#inHand.shift();
      if (!hold) throw new StateError('taskDone() was called more often than this process took items');
      endItem(hold);
    } else if (!ownHolds.get(this.object.at)?.takeOne() && !this.#settleAnother()) {
      throw new StateError('taskDone() was called more often than items were taken');
    }
    CHAOS: killPoint('joinable.done.counted');
    this.#wakeJoiners();
  }

  /**
   * Waits until every item that was put has been taken and is done.
   * @param wait Milliseconds, or `{ timeout, signal }`; for ever if absent.
   * @throws {TimeoutError} If the time was over first. The signal's reason, if it is aborted.
   */
  async join(wait?: Wait): Promise<void> {
    if (!(await this.#joiners.until(this.#allDone, Deadline.from(wait), this.#options)))
      throw this.#unfinished();
  }

  /** The blocking twin of `join`: it stops the event loop. */
  joinSync(wait?: Wait): void {
    if (!this.#joiners.untilSync(this.#allDone, Deadline.from(wait), this.#options)) throw this.#unfinished();
  }

  override qsize(): number {
    return super.qsize() + (this.#seemsGivenBack ? this.#givenBack().length : 0);
  }

  override shutdown(options: { immediate?: boolean } = {}): void {
    super.shutdown(options);
    if (options.immediate)
      for (let hold = this.#takeGivenBack(); hold; hold = this.#takeGivenBack()) endItem(hold);
    this.#joiners.wakeAll();
  }

  protected override pack(item: T): OutgoingParcel {
    const parcel = super.pack(item);
    if (!this.#redeliver) return parcel;
    try {
      return new KeptItemParcel(this.object.at, parcel);
    } catch (error) {
      parcel.abandon();
      throw error;
    }
  }

  protected override takeOne(): IncomingParcel | undefined {
    if (this.#redeliver) return this.#takeKept();
    return this.#counted(
      () => super.takeOne(),
      () => 1,
    );
  }

  protected override takeMany(max: number): IncomingParcel[] {
    if (!this.#redeliver) {
      const taken = this.#counted(
        () => super.takeMany(max),
        (parcels) => parcels.length,
      );
      return taken ?? [];
    }
    const items: IncomingParcel[] = [];
    while (items.length < max) {
      const item = this.#takeKept();
      if (!item) break;
      items.push(item.keep());
    }
    return items;
  }

  protected override notRevived(parcel: IncomingParcel): void {
    if (parcel instanceof KeptItem) {
      endItem(parcel.hold);
      this.#wakeJoiners();
    } else {
      this.taskDone();
    }
  }

  /** Takes under a claim; what was taken is counted before the claim is off. */
  #counted<Taken>(take: () => Taken | undefined, count: (taken: Taken) => number): Taken | undefined {
    if (this.frames.size === 0) return undefined; // FAST PATH
    const hold = this.#ownHold();
    hold.role = Claim.one;
    CHAOS: killPoint('joinable.get.claimed');
    let taken = 0;
    try {
      const result = take();
      if (result !== undefined) taken = count(result);
      if (taken > 0) this.#count(hold, taken);
      return result;
    } finally {
      CHAOS: killPoint('joinable.get.counted');
      hold.role = Claim.none;
      if (taken === 0) this.#wakeJoiners();
    }
  }

  #count(hold: HoldCell, taken: number): void {
    CHAOS: killPoint('joinable.get.taken');
    hold.add(taken);
  }

  #ownHold(): HoldCell {
    const { at } = this.object;
    let hold = ownHolds.get(at);
    if (!hold) {
      hold = HoldCell.take(at, Claim.none, 0);
      ownHolds.set(at, hold);
    }
    return hold;
  }

  /** An item may be done by another process than the one that took it. */
  #settleAnother(): boolean {
    return holdsOn(this.object.at).some((hold) => hold.takeOne());
  }

  #takeKept(): KeptItem | undefined {
    const again = this.#takeGivenBack();
    if (again) return this.#keptItem(again);
    const parcel = super.takeOne();
    return parcel && this.#keptItem(new HoldCell(parcel.take(0)));
  }

  #keptItem(hold: HoldCell): KeptItem {
    CHAOS: killPoint('joinable.get.kept');
    return new KeptItem(hold, (opened) => this.#inHand.push(opened));
  }

  get #seemsGivenBack(): boolean {
    return this.object.load(Word.givenBack) !== 0;
  }

  /** Takes the oldest item that was given back, if there is one. */
  #takeGivenBack(): HoldCell | undefined {
    for (;;) {
      const seen = this.object.load(Word.givenBack);
      if (seen === 0) return undefined; // FAST PATH
      const taken = this.#givenBack().find(takeGivenBack);
      if (taken) return taken;
      if (this.object.swap(Word.givenBack, seen, 0)) return undefined;
    }
  }

  #givenBack(): HoldCell[] {
    return holdsOn(this.object.at)
      .filter(isGivenBack)
      .sort((a, b) => (a.ticket - b.ticket) | 0);
  }

  /** Something was finished: if nothing is left in the queue, it may have been the last. */
  #wakeJoiners(): void {
    if (this.frames.size === 0) this.#joiners.wakeAll();
  }

  readonly #allDone = (): true | undefined => {
    for (;;) {
      const { putCount } = this.frames;
      if (this.frames.size > 0 || holdsOn(this.object.at).some(this.#isUnfinished)) return undefined;
      if (this.frames.putCount === putCount) return true; // SYNC POINT join
    }
  };

  readonly #isUnfinished = (hold: HoldCell): boolean =>
    this.#redeliver ? isTaken(hold) : hold.role === Claim.one || hold.count > 0;

  readonly #options = {
    beforeSleep: () =>
      suspectAll(() =>
        holdsOn(this.object.at)
          .filter(this.#isUnfinished)
          .map((hold) => hold.owner),
      ),
  };

  #unfinished(): TimeoutError {
    return new TimeoutError('not every item was done in time');
  }
}

shipAs(joinableKind, (existing) => new JoinableQueue(existing));
