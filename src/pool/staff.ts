// The workers there are: as many as wanted, and a successor for each whose end is near.
//
//   BOOTING ─► RESERVE ─► SEATED ─► EXPIRING ─► LEAVING ─► gone
//                            │      its successor  gets no more; ends when it has answered
//                            └──────────────────►  (the pool shrinks)
//
// No more than the wanted number have items at any time: a successor waits in reserve until the one before it has answered all.

import type { CrewOptions } from './crew-options.js';
import type { Dispatcher, Seat } from './dispatcher.js';
import type { WorkerStats } from './pool-stats.js';
import type { Task } from './task.js';
import { Worker, type WorkerEvents } from './worker.js';

/** A successor is started when the rest of a worker's share is worth so many starts. */
const STARTS_AHEAD = 1.5;
/** What a start is taken to last before one has been measured. */
const FIRST_GUESS_MS = 100;

export class Staff {
  readonly #options: CrewOptions;
  readonly #dispatcher: Dispatcher<Task>;
  readonly #events: WorkerEvents;
  readonly #workers = new Map<number, Worker>();
  /** Ready, and without a seat yet. */
  readonly #reserve: Worker[] = [];
  /** Workers that have, or get, a successor while they still work. */
  readonly #expiring = new Set<number>();
  /** Workers that get nothing more, and are not replaced when they end. */
  readonly #leaving = new Set<number>();
  readonly #recycles: boolean;
  #wanted: number;
  #startMs = FIRST_GUESS_MS;
  /** Worker processes started since the beginning. */
  started = 0;
  /** Those that left because they had had their share. */
  recycled = 0;

  constructor(options: CrewOptions, dispatcher: Dispatcher<Task>, events: WorkerEvents) {
    this.#options = options;
    this.#dispatcher = dispatcher;
    this.#events = events;
    this.#wanted = options.processes;
    const { maxTasksPerChild, maxMemoryPerChild, maxAgePerChild } = options;
    this.#recycles =
      maxTasksPerChild !== Number.POSITIVE_INFINITY ||
      maxMemoryPerChild !== undefined ||
      maxAgePerChild !== undefined;
  }

  /** How many are wanted. */
  get wanted(): number {
    return this.#wanted;
  }

  get size(): number {
    return this.#workers.size;
  }

  /** Those that are ready and stay. */
  get ready(): number {
    let ready = 0;
    for (const worker of this.#workers.values()) if (worker.ready && this.#stays(worker)) ready++;
    return ready;
  }

  get isComplete(): boolean {
    return this.ready >= this.#wanted;
  }

  /** As many as wanted are there and ready, and nobody besides. */
  get isSettled(): boolean {
    return this.isComplete && this.#workers.size - this.#expiring.size <= this.#wanted;
  }

  get counts() {
    const workers = [...this.#workers.values()].map((worker) => this.#statsOf(worker));
    const countOf = (state: WorkerStats['state']) =>
      workers.filter((worker) => worker.state === state).length;
    let running = 0;
    for (const worker of this.#workers.values()) if (this.#runs(worker)) running++;
    const { size, ready, started, recycled } = this;
    return { size, ready, busy: countOf('busy'), idle: countOf('idle'), running, started, recycled, workers };
  }

  get(id: number): Worker | undefined {
    return this.#workers.get(id);
  }

  all(): Iterable<Worker> {
    return this.#workers.values();
  }

  isLeaving(worker: Worker): boolean {
    return !this.#stays(worker);
  }

  /** Starts workers until there are as many as wanted, and successors. */
  fill(): void {
    const { name, initializer, method, maxMemoryPerChild, budget } = this.#options;
    const setup = { initializer, method, maxMemoryPerChild, budget: budget(this.#wanted) };
    while (this.#workers.size - this.#leaving.size - this.#expiring.size < this.#wanted) {
      const id = ++this.started;
      const worker = new Worker({ id, name: `${name}-${id}`, ...setup }, this.#events);
      this.#workers.set(id, worker);
    }
  }

  /** The worker is ready: it gets a seat as soon as there is one. */
  welcome(worker: Worker): void {
    this.#startMs = 0.5 * this.#startMs + 0.5 * worker.ageMs;
    this.#reserve.push(worker);
    this.seatReserve();
  }

  /** Gives seats to those in reserve, as long as fewer than wanted have items. */
  seatReserve(): void {
    while (this.#reserve.length > 0 && this.#seatsTaken() < this.#wanted) {
      const worker = this.#reserve.shift() as Worker;
      this.#dispatcher.addSeat(worker.id, this.#options.maxTasksPerChild);
    }
  }

  /** Who has had its share leaves when it has answered; who nearly has gets a successor. Asked after everything that happens. */
  review(): void {
    if (!this.#recycles) return;
    const { maxAgePerChild = Number.POSITIVE_INFINITY } = this.#options;
    this.seatReserve();
    let spare = this.#reserve.length - this.#seatsPromised();
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#workers.get(seat.id);
      if (!worker || seat.closing) continue;
      const isSpent = seat.itemsLeft <= 0;
      if (isSpent || (worker.ageMs > maxAgePerChild && spare > 0)) {
        this.#recycle(worker, seat);
        spare--;
      } else if (worker.ageMs > maxAgePerChild) this.#expiring.add(worker.id);
      else if (this.#isNearEnd(seat)) this.#expiring.add(worker.id);
    }
    this.fill();
    this.seatReserve();
  }

  /** The worker says that it has grown to its limit of memory, or soon will. */
  noteMemory(worker: Worker, isOver: boolean): void {
    const seat = this.#dispatcher.seat(worker.id);
    if (!seat || seat.closing) return;
    if (isOver) {
      this.#recycle(worker, seat);
      this.takeBack(worker, seat);
    } else this.#expiring.add(worker.id);
  }

  /** From now on so many are wanted: those too many leave, those who have the least to do first. */
  resize(wanted: number, { start }: { start: boolean }): void {
    this.#wanted = wanted;
    if (!start) return;
    const staying = [...this.#workers.values()].filter((worker) => this.#stays(worker));
    staying.sort((a, b) => this.#workOf(a) - this.#workOf(b));
    const atWork = staying.filter(({ id }) => this.#dispatcher.seat(id));
    for (const worker of atWork.slice(0, Math.max(0, atWork.length - wanted))) this.#dismiss(worker);
    // Of those without a seat, as many stay as are missing, or are successors of who is at work.
    const tooMany = this.#workers.size - this.#leaving.size - this.#expiring.size - wanted;
    const others = staying.filter((worker) => !atWork.includes(worker));
    for (const worker of others.slice(0, Math.max(0, tooMany))) this.#dismiss(worker);
    this.fill();
    this.seatReserve();
  }

  /** What the worker has not begun goes to others. @returns How many items. */
  takeBack(worker: Worker, seat: Seat<Task>): number {
    const lastBegun = worker.board.takeBack(seat.nextTicket);
    return lastBegun === undefined ? 0 : this.#dispatcher.takeBack(seat, lastBegun);
  }

  /** A worker has ended. @returns Whether it was to leave. */
  remove(id: number): boolean {
    this.#workers.delete(id);
    this.#expiring.delete(id);
    const at = this.#reserve.findIndex((worker) => worker.id === id);
    if (at >= 0) this.#reserve.splice(at, 1);
    return this.#leaving.delete(id);
  }

  /** Resolves when all workers have ended. */
  async ended(): Promise<void> {
    while (this.#workers.size > 0) await Promise.all([...this.#workers.values()].map(({ ended }) => ended));
  }

  #recycle(worker: Worker, seat: Seat<Task>): void {
    this.recycled++;
    this.#leave(worker, seat);
  }

  #dismiss(worker: Worker): void {
    const seat = this.#dispatcher.seat(worker.id);
    if (!worker.ready) {
      this.#leaving.add(worker.id);
      worker.condemn();
      return;
    }
    const at = this.#reserve.indexOf(worker);
    if (at >= 0) this.#reserve.splice(at, 1);
    this.#leave(worker, seat);
    if (seat) this.takeBack(worker, seat);
  }

  #leave(worker: Worker, seat: Seat<Task> | undefined): void {
    if (seat) seat.closing = true;
    this.#expiring.delete(worker.id);
    this.#leaving.add(worker.id);
    worker.stop();
  }

  #stays(worker: Worker): boolean {
    return !worker.condemned && !this.#leaving.has(worker.id);
  }

  /** Seats that have items, or may be given some. */
  #seatsTaken(): number {
    let taken = 0;
    for (const { closing, batches } of this.#dispatcher.seats()) if (!closing || batches.length > 0) taken++;
    return taken;
  }

  /** Seats whose workers leave and have not answered all: each will go to one of the reserve. */
  #seatsPromised(): number {
    let promised = 0;
    for (const { closing, batches } of this.#dispatcher.seats())
      if (closing && batches.length > 0) promised++;
    return promised;
  }

  /** Whether the rest of the seat's items will be handed out before a successor could be ready. */
  #isNearEnd(seat: Seat<Task>): boolean {
    const last = seat.batches.at(-1);
    const perItemMs = last?.source.cost.perItemMs;
    if (perItemMs === undefined || seat.itemsLeft === Number.POSITIVE_INFINITY) return false;
    return perItemMs * seat.itemsLeft < STARTS_AHEAD * this.#startMs;
  }

  /** Whether it runs an item that it has not answered. */
  #runs(worker: Worker): boolean {
    const seat = this.#dispatcher.seat(worker.id);
    const { running } = worker.board;
    return (
      seat !== undefined && running !== undefined && this.#dispatcher.itemWith(seat, running) !== undefined
    );
  }

  #statsOf(worker: Worker): WorkerStats {
    const { name, pid, items, busyMs, ageMs, ready } = worker;
    const hasItems = (this.#dispatcher.seat(worker.id)?.batches.length ?? 0) > 0;
    const atWork = hasItems ? 'busy' : 'idle';
    const state = !ready ? 'starting' : this.#stays(worker) ? atWork : 'leaving';
    return { name, pid, state, items, busyShare: Math.min(1, busyMs / ageMs) };
  }

  /** The smaller, the better it can be done without. */
  #workOf(worker: Worker): number {
    const seat = this.#dispatcher.seat(worker.id);
    if (!seat) return worker.ready ? -1 : -2;
    return seat.batches.reduce((sum, { portion, answered }) => sum + portion.count - answered, 0);
  }
}
