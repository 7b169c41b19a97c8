// Ends what runs and is not wanted any more, or has run for too long.
//
//   the task has looked at its signal:   the signal fires ─ 1 s ─► SIGTERM to its worker ─ 0.5 s ─► SIGKILL
//   it has not, so it can't hear it:                            at once ─►
//
// An item that ends by itself on the way leaves its worker alive. Else the worker, and it only, is replaced.
//
// An item that has been handed out and has not begun is taken back first: whatever runs after that is the last that began.

import type { Dispatcher, Item, Seat } from './dispatcher.js';
import { EndReason } from './end-request.js';
import type { Staff } from './staff.js';
import type { Task } from './task.js';
import { TimeLimits } from './time-limits.js';
import type { Worker } from './worker.js';
import { describeItem, timeoutError } from './worker-errors.js';

/** How long an item may take to end after its signal has fired. */
const HEARD_GRACE_MS = 1000;

/** An item that is being made to end. */
interface Ending {
  readonly ticket: number;
  timer: NodeJS.Timeout | undefined;
}

export class Interruptions {
  readonly #dispatcher: Dispatcher<Task>;
  readonly #staff: Staff;
  /** By worker. */
  readonly #endings = new Map<number, Ending>();
  readonly #limits = new TimeLimits((id) => this.#checkTime(id));
  readonly #onTaken: () => void;

  /** @param onTaken Items have been taken back: those that are wanted wait to be given to others. */
  constructor(dispatcher: Dispatcher<Task>, staff: Staff, onTaken: () => void) {
    this.#dispatcher = dispatcher;
    this.#staff = staff;
    this.#onTaken = onTaken;
  }

  /** Nobody wants the task any more: what has not begun does not begin, what runs hears it; with `kill` it is made to end. */
  drop(task: Task, { kill }: { kill: boolean }): void {
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#staff.get(seat.id);
      if (!worker || !seat.batches.some(({ source }) => source === task)) continue;
      this.#takeBack(worker, seat);
      const running = this.#runningAt(seat, worker);
      if (running?.item.source !== task) continue;
      if (kill) this.#end(worker, running.ticket, EndReason.unwanted);
      else worker.request.ask(running.ticket, EndReason.unwanted);
    }
  }

  /** Nobody wants this item of the task any more: if it runs, it is made to end. */
  dropItem(task: Task, index: number, reason: unknown): void {
    if (!task.drop(index, reason)) return;
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#staff.get(seat.id);
      if (!worker || !this.#dispatcher.holds(seat, task, index)) continue;
      this.#takeBack(worker, seat);
      const running = this.#runningAt(seat, worker);
      if (running?.item.source !== task || running.item.index !== index) continue;
      this.#end(worker, running.ticket, EndReason.unwanted);
    }
  }

  /** The worker has been given items whose time is limited. */
  watch(worker: Worker, limitMs: number): void {
    this.#limits.arm(worker.id, limitMs);
  }

  /** The worker has ended. @returns The ticket of the item that was made to end, if it was that which ended the worker. */
  forget(id: number): number | undefined {
    this.#limits.disarm(id);
    const ending = this.#endings.get(id);
    clearTimeout(ending?.timer);
    this.#endings.delete(id);
    return ending?.ticket;
  }

  /** The worker begins nothing of what it has been given so far. What of it is wanted comes back, to be given to others. */
  #takeBack(worker: Worker, seat: Seat<Task>): void {
    const [oldest] = seat.batches;
    if (this.#staff.takeBack(worker, seat) > 0) this.#onTaken();
    // If an earlier call is still in force, the worker tells what it has skipped. Else it has nothing to skip.
    else worker.board.skip(oldest.firstTicket + oldest.answered, seat.nextTicket);
  }

  #runningAt(seat: Seat<Task>, worker: Worker): { item: Item<Task>; ticket: number } | undefined {
    const { running } = worker.board;
    const item = running === undefined ? undefined : this.#dispatcher.itemWith(seat, running);
    return item && { item, ticket: running as number };
  }

  /** Asks the item to end, if its task can hear it, and sees to it that it does. */
  #end(worker: Worker, ticket: number, why: EndReason): void {
    const before = this.#endings.get(worker.id);
    if (before?.ticket === ticket || worker.condemned) return;
    clearTimeout(before?.timer);
    worker.request.ask(ticket, why);
    const ending: Ending = { ticket, timer: undefined };
    this.#endings.set(worker.id, ending);
    if (!worker.request.isHeardBy(ticket)) {
      this.#stop(worker, ticket);
      return;
    }
    ending.timer = setTimeout(() => this.#stop(worker, ticket), HEARD_GRACE_MS);
    ending.timer.unref(); // an idle pool keeps nothing alive
  }

  /** Ends the worker, if it still runs that item. */
  #stop(worker: Worker, ticket: number): void {
    worker.request.halt(); // SYNC POINT halt: what it begins from now on waits
    if (worker.board.look() !== ticket) {
      worker.request.goOn();
      return;
    }
    const seat = this.#dispatcher.seat(worker.id);
    if (seat) seat.closing = true;
    worker.condemn();
  }

  #checkTime(id: number): void {
    const worker = this.#staff.get(id);
    const seat = this.#dispatcher.seat(id);
    if (!worker || !seat || worker.condemned) return;
    const timed = seat.batches.filter(({ source }) => source.options.timeout !== undefined && !source.over);
    if (timed.length === 0) return;
    let nextLookMs = Math.min(...timed.map(({ source }) => source.options.timeout as number));
    const running = this.#runningAt(seat, worker);
    const limit = running?.item.source.options.timeout;
    if (running && limit !== undefined && this.#endings.get(id)?.ticket !== running.ticket) {
      const left = limit - worker.board.elapsedMs();
      if (left <= 0 && worker.board.running === running.ticket) this.#timeOut(worker, running, limit);
      else nextLookMs = Math.min(nextLookMs, Math.max(1, left));
    }
    this.#limits.arm(id, nextLookMs);
  }

  #timeOut(worker: Worker, { item, ticket }: { item: Item<Task>; ticket: number }, limitMs: number): void {
    const { source, index } = item;
    // If it is to be run again, then not before this run has ended: whatever comes of that does not count.
    const error = timeoutError(describeItem(item), limitMs);
    source.markCall(index, error);
    if (source.settleError(index, error)) source.history.disown(index);
    this.#end(worker, ticket, EndReason.timeout);
    if (source.over) this.drop(source, { kill: false });
  }
}
