// Everyone who waits for one thing, in order of arrival, and the one loop by which anybody waits.
//
//   object in shared memory:  … [ latch │ head │ tail │ count ] …
//                                          │      │
//                        waiter ◄──────────┘      └──► waiter     (doubly linked, oldest first)
//
//   until(step):  try, and for a moment again (spin.ts) ─► enrol ─► try again ─► park ─► withdraw ─► try …        the second try closes the lost wake-up:
//   wake(n):      change the state, then look at `count`, then take n from the head, mark them RUNG, notify
//
// SYNC POINT count: the waiter counts itself before it tries again, the waker changes the state before it reads the
// count; so either the second try sees the change or the waker sees the waiter.
//
// Death. Whoever dies while linking leaves the latch with its id: the next one makes the links again from the waiter
// cells. A waiter that dies after it was rung has swallowed a ring: recovery of its cell wakes the next. A waker that
// dies between marking and notifying leaves a marked sleeper: recovery notifies all marked ones again.

import type { Deadline } from '../base/deadline.js';
import { killPoint } from '../base/kill-point.js';
import { type Address, arena, indexOf } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { Session } from '../memory/session.js';
import { releaseLatch, takeLatch } from './latch.js';
import { notify, parkAsync, parkSync } from './parking.js';
import { Spin } from './spin.js';
import {
  dropWaiter,
  enrolledWaiters,
  ParkMode,
  takeWaiter,
  Waiter,
  type WaiterCell,
  WaiterState,
  waiterAt,
} from './waiter.js';

export const Queue = layout(['latch', 'head', 'tail', 'count']);
/** Words a wait queue takes inside an object. */
export const WAIT_QUEUE_WORDS = Queue.words;

/** A try: a result, or undefined if it can't be done now. It may throw; then nobody waits any more. */
export type Step<Result> = () => Result | undefined;

export interface UntilOptions {
  /** Whether the wait keeps the program alive; true unless said. */
  keepAlive?: boolean;
  /** Called before it goes to sleep: who is in the way may be dead (recovery.ts, `suspect`). */
  beforeSleep?: () => void;
}

export class WaitQueue {
  readonly #object: Address;
  readonly #field: number;
  readonly #words: Int32Array;
  readonly #base: number;
  readonly #pointer: number;
  readonly #spin = new Spin();

  /** @param field Index of the queue's first word in the object. */
  constructor(object: Address, field: number) {
    const segment = arena().segmentOf(object);
    this.#object = object;
    this.#field = field;
    this.#words = segment.words;
    this.#base = segment.wordsOf(indexOf(object)) + field;
    this.#pointer = segment.pointer;
  }

  /** How many wait now. */
  get count(): number {
    return Atomics.load(this.#words, this.#base + Queue.count);
  }

  /**
   * Resolves with the step's first result, or with undefined when the deadline is over.
   * @throws The signal's reason when it is aborted; what the step throws.
   */
  async until<Result>(
    step: Step<Result>,
    deadline: Deadline,
    options?: UntilOptions,
  ): Promise<Result | undefined> {
    for (;;) {
      deadline.throwIfAborted();
      const first = step();
      if (first !== undefined || deadline.expired) return first;
      const soon = this.#spin.run(step);
      if (soon !== undefined) return soon;
      const cell = this.enrol(ParkMode.door);
      let used = false;
      try {
        const second = step(); // SYNC POINT count: pairs with wake
        if (second !== undefined) return second;
        options?.beforeSleep?.();
        used = (await parkAsync(cell, deadline, options?.keepAlive ?? true)) === 'rung';
      } finally {
        this.withdraw(cell, used);
      }
      // Rung: the ring is used by the try at the top. If that fails, somebody else was quicker, and had its own reason.
    }
  }

  /** The blocking twin of `until`: stops the event loop. */
  untilSync<Result>(step: Step<Result>, deadline: Deadline, options?: UntilOptions): Result | undefined {
    for (;;) {
      deadline.throwIfAborted();
      const first = step();
      if (first !== undefined || deadline.expired) return first;
      const soon = this.#spin.run(step);
      if (soon !== undefined) return soon;
      const cell = this.enrol(ParkMode.futex);
      let used = false;
      try {
        const second = step(); // SYNC POINT count: pairs with wake
        if (second !== undefined) return second;
        options?.beforeSleep?.();
        used = parkSync(cell, deadline) === 'rung';
      } finally {
        this.withdraw(cell, used);
      }
    }
  }

  /** Wakes up to `limit` of those who wait, oldest first. Call it after the state has changed. */
  wake(limit: number): number {
    if (Atomics.load(this.#words, this.#base + Queue.count) === 0) return 0; // FAST PATH, SYNC POINT count
    const rung: WaiterCell[] = [];
    this.#take();
    while (rung.length < limit) {
      const head = this.#words[this.#base + Queue.head];
      if (head === 0) break;
      const cell = waiterAt(head);
      this.#unlink(cell);
      cell.state = WaiterState.rung;
      CHAOS: killPoint('wait-queue.wake.marked');
      rung.push(cell);
    }
    this.#release();
    CHAOS: killPoint('wait-queue.wake.released');
    for (const cell of rung) notify(cell);
    return rung.length;
  }

  wakeAll(): number {
    return this.wake(Number.POSITIVE_INFINITY);
  }

  /** Takes a dead process's waiter out, and passes its ring on if it had been rung. */
  bury(cell: WaiterCell): void {
    this.#take();
    const swallowed = cell.state === WaiterState.rung;
    if (cell.state === WaiterState.waiting) {
      this.#unlink(cell);
      cell.state = WaiterState.idle;
    }
    this.#release();
    if (swallowed) this.wake(1);
    cell.state = WaiterState.idle; // last: a recovery killed half-way finds it again and wakes once more
  }

  /** Puts a waiter of this process in the line; `withdraw` must follow. For `until` and wait-any.ts. */
  enrol(mode: number): WaiterCell {
    const cell = takeWaiter();
    cell.set(Waiter.object, this.#object);
    cell.set(Waiter.field, this.#field);
    cell.set(Waiter.mode, mode);
    cell.set(Waiter.ticket, Session.current().nextTicket());
    this.#take();
    cell.state = WaiterState.waiting;
    CHAOS: killPoint('wait-queue.enrol.marked');
    this.#link(cell);
    this.#release();
    CHAOS: killPoint('wait-queue.enrol.released');
    return cell;
  }

  /** @param used Whether a ring, if there was one, is answered by a try of this process. */
  withdraw(cell: WaiterCell, used: boolean): void {
    if (cell.state === WaiterState.waiting) {
      this.#take();
      if (cell.state === WaiterState.waiting) this.#unlink(cell);
      this.#release();
    }
    const rung = cell.state === WaiterState.rung;
    dropWaiter(cell);
    if (rung && !used) this.wake(1);
  }

  #take(): void {
    if (takeLatch(this.#words, this.#base + Queue.latch, this.#pointer)) this.#rebuild();
  }

  #release(): void {
    releaseLatch(this.#words, this.#base + Queue.latch, this.#pointer);
  }

  #link(cell: WaiterCell): void {
    const { head, tail, count } = Queue;
    const last = this.#words[this.#base + tail];
    cell.set(Waiter.previous, last);
    cell.set(Waiter.next, 0);
    if (last === 0) this.#words[this.#base + head] = cell.at;
    else waiterAt(last).set(Waiter.next, cell.at);
    CHAOS: killPoint('wait-queue.link.half');
    this.#words[this.#base + tail] = cell.at;
    Atomics.store(this.#words, this.#base + count, this.#words[this.#base + count] + 1);
  }

  #unlink(cell: WaiterCell): void {
    const { head, tail, count } = Queue;
    const next = cell.get(Waiter.next);
    const previous = cell.get(Waiter.previous);
    if (previous === 0) this.#words[this.#base + head] = next;
    else waiterAt(previous).set(Waiter.next, next);
    if (next === 0) this.#words[this.#base + tail] = previous;
    else waiterAt(next).set(Waiter.previous, previous);
    Atomics.store(this.#words, this.#base + count, this.#words[this.#base + count] - 1);
  }

  /** The last holder of the latch died while linking: makes the links again from the cells. */
  #rebuild(): void {
    const { table } = Session.current();
    const waiting: WaiterCell[] = [];
    for (const cell of enrolledWaiters()) {
      const mine = cell.get(Waiter.object) === this.#object && cell.get(Waiter.field) === this.#field;
      if (mine && cell.state === WaiterState.waiting && table.isPresumedAlive(cell.owner)) waiting.push(cell);
      else if (mine && cell.state === WaiterState.waiting) cell.state = WaiterState.idle;
    }
    waiting.sort((a, b) => (a.get(Waiter.ticket) - b.get(Waiter.ticket)) | 0);
    this.#words[this.#base + Queue.head] = 0;
    this.#words[this.#base + Queue.tail] = 0;
    Atomics.store(this.#words, this.#base + Queue.count, 0);
    for (const cell of waiting) this.#link(cell);
  }
}
