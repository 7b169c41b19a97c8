// The workers of a pool: started, given work, watched, replaced.
//
//   task ─► dispatcher ─► batch ─► worker ─► results ─► task                 one pump moves everything
//                 ▲                   │ dies
//                 └── the other items ┴─► the item it was running fails; another worker takes its place

import { InitializerError, StateError } from '../base/errors.js';
import { unpackError } from '../serialization/remote-error.js';
import { type Batch, Dispatcher, type Item } from './dispatcher.js';
import type { ManyFrame, OneFrame, PackedParts } from './frames.js';
import { handOut } from './hand-out.js';
import { openPacked } from './packed-value.js';
import { Settlement } from './settlement.js';
import type { Task } from './task.js';
import { TimeLimits } from './time-limits.js';
import { Worker, type WorkerEnd, type WorkerEvents } from './worker.js';
import { crashError, describeItem, startError, timeoutError } from './worker-errors.js';

export interface CrewOptions {
  readonly processes: number;
  readonly name: string;
  readonly initializer: PackedParts | undefined;
  readonly maxTasksPerChild: number;
  /** Workers can't be started any more: nothing will run. */
  readonly onBroken: (error: Error) => void;
  /** As many workers as wanted are ready. */
  readonly onReady: () => void;
}

export interface CrewCounts {
  readonly workers: number;
  readonly ready: number;
  readonly started: number;
  readonly crashed: number;
  readonly completed: number;
}

export class Crew implements WorkerEvents {
  readonly #options: CrewOptions;
  readonly #dispatcher = new Dispatcher<Task>();
  readonly #workers = new Map<number, Worker>();
  readonly #limits = new TimeLimits((id) => this.#checkTime(id));
  /** Workers that are to have no successor. */
  readonly #leaving = new Set<number>();
  readonly #settlement = new Settlement(
    this.#dispatcher,
    (task) => this.drop(task, { kill: false }),
    () => this.#pumpSoon(),
  );
  #initError: unknown;
  #phase: 'idle' | 'working' | 'stopping' | 'broken' = 'idle';
  #pumping = false;
  #lastId = 0;
  #crashed = 0;
  /** Starts in a row that came to nothing. */
  #fruitless = 0;
  /** Items completed when a worker last died without running any. */
  #completedBefore = -1;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** Starts the workers, once. */
  start(): void {
    if (this.#phase !== 'idle') return;
    this.#phase = 'working';
    this.#fill();
  }

  get counts(): CrewCounts {
    return {
      workers: this.#workers.size,
      ready: this.#readyCount(),
      started: this.#lastId,
      crashed: this.#crashed,
      completed: this.#settlement.completed,
    };
  }

  /** Pids of the workers that live. */
  get pids(): number[] {
    return [...this.#workers.values()].map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  get isReady(): boolean {
    return this.#readyCount() >= this.#options.processes;
  }

  /** The task that was submitted last, if it still has items to hand out. */
  get lastTask(): Task | undefined {
    return this.#dispatcher.lastQueued;
  }

  /** The task has items. They are handed out when the current turn is over, so that a burst of calls is one batch. */
  submit(task: Task): void {
    this.#dispatcher.submit(task);
    this.#pumpSoon();
  }

  /** Nobody wants the task any more: what has not begun does not begin. */
  drop(task: Task, options: { kill: boolean }): void {
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#workers.get(seat.id);
      const batches = seat.batches.filter(({ source }) => source === task);
      if (!worker || batches.length === 0) continue;
      const [first] = batches;
      const last = batches[batches.length - 1];
      const end = last.firstTicket + last.portion.count;
      worker.board.skip(first.firstTicket, end - first.firstTicket);
      if (!options.kill) continue;
      const { running } = worker.board;
      const item = running === undefined ? undefined : this.#dispatcher.itemWith(seat, running);
      if (item?.source === task) this.#condemn(worker);
    }
  }

  /** Nobody wants this item of the task any more: if it runs, its worker is replaced. */
  dropItem(task: Task, index: number, reason: unknown): void {
    if (!task.drop(index, reason)) return;
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#workers.get(seat.id);
      const { running } = worker?.board ?? {};
      const item = running === undefined ? undefined : this.#dispatcher.itemWith(seat, running);
      if (worker && item?.source === task && item.index === index) this.#condemn(worker);
    }
  }

  forgetFunction(id: number): void {
    for (const worker of this.#workers.values()) {
      if (worker.functions.delete(id)) worker.forgotten.push(id);
    }
  }

  /** All workers end when they have done what they have. */
  stop(): void {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    for (const worker of this.#workers.values()) {
      if (worker.ready) worker.stop();
      else worker.condemn();
    }
  }

  /** All workers end now: by SIGTERM, and SIGKILL if they do not listen; with `atOnce` by SIGKILL. */
  kill({ atOnce = false } = {}): void {
    this.#phase = 'stopping';
    for (const worker of this.#workers.values()) {
      if (atOnce) worker.kill();
      else worker.condemn();
    }
  }

  /** Resolves when all workers have ended; only after `stop` or `kill`. */
  async ended(): Promise<void> {
    while (this.#workers.size > 0) await Promise.all([...this.#workers.values()].map(({ ended }) => ended));
  }

  onReady(worker: Worker): void {
    if (this.#settlement.completed !== this.#completedBefore) this.#fruitless = 0;
    if (this.#phase !== 'working') {
      worker.stop();
      return;
    }
    this.#dispatcher.addSeat(worker.id, this.#options.maxTasksPerChild);
    if (this.isReady) this.#options.onReady();
    this.#pump();
  }

  onInitFailed(_worker: Worker, packedError: Uint8Array): void {
    try {
      const opened = openPacked(packedError, []);
      if (opened instanceof Promise) {
        opened
          .then((packed) => (this.#initError = unpackError(packed)))
          .catch((error) => (this.#initError = error));
      } else this.#initError = unpackError(opened);
    } catch (error) {
      this.#initError = error;
    }
    this.#initError ??= new InitializerError('the initializer threw');
  }

  onResults(worker: Worker, frame: ManyFrame): void {
    const seat = this.#dispatcher.seat(worker.id);
    if (seat) this.#settlement.many(seat, frame);
    this.#pump();
  }

  onOne(worker: Worker, frame: OneFrame | Promise<OneFrame>): void {
    const seat = this.#dispatcher.seat(worker.id);
    if (seat) this.#settlement.one(seat, frame);
    this.#pump();
  }

  onNotStarted(worker: Worker, error: unknown): void {
    this.#workers.delete(worker.id);
    this.#noteFruitless(error instanceof Error ? error : new StateError(String(error)));
  }

  onEnd(worker: Worker, end: WorkerEnd): void {
    this.#workers.delete(worker.id);
    this.#limits.disarm(worker.id);
    const expected = worker.condemned || this.#leaving.delete(worker.id) || this.#phase !== 'working';
    const hadSeat = this.#dispatcher.seat(worker.id) !== undefined;
    const victim = this.#dispatcher.lost(worker.id, worker.condemned ? undefined : end.running);
    if (!expected) this.#crashed++;
    if (victim) void this.#blame(worker, end, victim);
    if (this.#phase !== 'working') return;
    if (!expected && (!hadSeat || this.#isBarren(victim)))
      this.#noteFruitless(startError(worker.name, end, this.#initError));
    else this.#fill();
    this.#pumpSoon();
  }

  /** Workers that get ready and die before their first item, again and again while items wait, are no better than dead. */
  #isBarren(victim: Item<Task> | undefined): boolean {
    const { completed } = this.#settlement;
    const barren = victim === undefined && completed === this.#completedBefore && this.lastTask !== undefined;
    this.#completedBefore = victim ? -1 : completed;
    return barren;
  }

  /** Starts workers until there are as many as wanted. */
  #fill(): void {
    const { processes, name, initializer } = this.#options;
    while (this.#phase === 'working' && this.#workers.size - this.#leaving.size < processes) {
      const id = ++this.#lastId;
      const worker = new Worker({ id, name: `${name}-${id}`, initializer }, this);
      this.#workers.set(id, worker);
    }
  }

  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    for (let given = this.#dispatcher.next(); given; given = this.#dispatcher.next()) {
      const worker = this.#workers.get(given.seat.id);
      if (worker) this.#send(worker, given.batch);
    }
    if (this.#options.maxTasksPerChild !== Number.POSITIVE_INFINITY) this.#retire();
  }

  /** A worker that may be given no more leaves when it has answered; its successor is started before. */
  #retire(): void {
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#workers.get(seat.id);
      if (seat.itemsLeft > 0 || seat.closing || !worker) continue;
      seat.closing = true;
      this.#leaving.add(seat.id);
      worker.stop();
    }
    this.#fill();
  }

  #send(worker: Worker, batch: Batch<Task>): void {
    handOut(worker, batch).catch((error: unknown) => {
      for (const item of this.#dispatcher.unsend(worker.id, batch)) this.#settlement.fail(item, error);
      this.#pumpSoon();
    });
    const { timeout } = batch.source.options;
    if (timeout !== undefined) this.#limits.arm(worker.id, timeout);
  }

  async #blame(worker: Worker, end: WorkerEnd, victim: Item<Task>): Promise<void> {
    const stderrTail = await worker.stderr.last();
    this.#settlement.fail(victim, crashError(worker.name, end, describeItem(victim), stderrTail));
  }

  #condemn(worker: Worker): void {
    const seat = this.#dispatcher.seat(worker.id);
    if (seat) seat.closing = true;
    worker.condemn();
  }

  #checkTime(id: number): void {
    const worker = this.#workers.get(id);
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

  #noteFruitless(error: Error): void {
    this.#fruitless++;
    if (this.#fruitless < Math.max(3, this.#options.processes + 1)) {
      this.#fill();
      return;
    }
    this.#phase = 'broken';
    for (const worker of this.#workers.values()) worker.condemn();
    this.#options.onBroken(error);
  }

  #readyCount(): number {
    let ready = 0;
    for (const worker of this.#workers.values()) if (worker.ready) ready++;
    return ready;
  }
}
