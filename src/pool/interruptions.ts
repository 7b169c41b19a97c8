// Ends what runs and is not wanted any more, or has run for too long: its worker is replaced.

import type { Dispatcher, Item, Seat } from './dispatcher.js';
import type { Staff } from './staff.js';
import type { Task } from './task.js';
import { TimeLimits } from './time-limits.js';
import type { Worker } from './worker.js';
import { describeItem, timeoutError } from './worker-errors.js';

export class Interruptions {
  readonly #dispatcher: Dispatcher<Task>;
  readonly #staff: Staff;
  readonly #limits = new TimeLimits((id) => this.#checkTime(id));

  constructor(dispatcher: Dispatcher<Task>, staff: Staff) {
    this.#dispatcher = dispatcher;
    this.#staff = staff;
  }

  /** Nobody wants the task any more: what has not begun does not begin. */
  drop(task: Task, options: { kill: boolean }): void {
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#staff.get(seat.id);
      const batches = seat.batches.filter(({ source }) => source === task);
      if (!worker || batches.length === 0) continue;
      const [first] = batches;
      const last = batches[batches.length - 1];
      const end = last.firstTicket + last.portion.count;
      worker.board.skip(first.firstTicket, end - first.firstTicket);
      if (options.kill && this.#runningAt(seat, worker)?.source === task) this.#condemn(worker);
    }
  }

  /** Nobody wants this item of the task any more: if it runs, its worker is replaced. */
  dropItem(task: Task, index: number, reason: unknown): void {
    if (!task.drop(index, reason)) return;
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#staff.get(seat.id);
      const item = worker && this.#runningAt(seat, worker);
      if (worker && item?.source === task && item.index === index) this.#condemn(worker);
    }
  }

  /** The worker has been given items whose time is limited. */
  watch(worker: Worker, limitMs: number): void {
    this.#limits.arm(worker.id, limitMs);
  }

  /** The worker has ended. */
  forget(id: number): void {
    this.#limits.disarm(id);
  }

  #runningAt(seat: Seat<Task>, worker: Worker): Item<Task> | undefined {
    const { running } = worker.board;
    return running === undefined ? undefined : this.#dispatcher.itemWith(seat, running);
  }

  #condemn(worker: Worker): void {
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
    const { running } = worker.board;
    const item = running === undefined ? undefined : this.#dispatcher.itemWith(seat, running);
    const limit = item?.source.options.timeout;
    if (item && limit !== undefined) {
      const left = limit - worker.board.elapsedMs();
      if (left <= 0 && worker.board.running === running) {
        this.#condemn(worker); // if it is to be run again, it comes back with the rest of what the worker had
        if (!item.source.settleError(item.index, timeoutError(describeItem(item), limit)) && item.source.over)
          this.drop(item.source, { kill: false });
        return;
      }
      nextLookMs = Math.min(nextLookMs, Math.max(1, left));
    }
    this.#limits.arm(id, nextLookMs);
  }
}
