// The workers of a pool at work: given batches, listened to, replaced when they die.
//
//   task ─► dispatcher ─► batch ─► worker ─► results ─► task                 one pump moves everything
//                 ▲                   │ dies
//                 └── the other items ┴─► the item it was running fails; another worker takes its place

import { StateError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import { FigureKeeper } from './crew-figures.js';
import type { CrewCounts, CrewOptions } from './crew-options.js';
import { Deaths } from './deaths.js';
import { type Batch, Dispatcher } from './dispatcher.js';
import type { ManyFrame, OneFrame, ReportsFrame } from './frames.js';
import { handOut } from './hand-out.js';
import { Interruptions } from './interruptions.js';
import { MOST_SILENT_DEATHS } from './item-history.js';
import { ReportDesk } from './report-desk.js';
import { Rescue } from './rescue.js';
import { Settlement } from './settlement.js';
import { Staff } from './staff.js';
import { StartRecord } from './start-record.js';
import type { Task } from './task.js';
import type { Worker, WorkerEnd, WorkerEvents } from './worker.js';
import { startError } from './worker-errors.js';

export class Crew implements WorkerEvents {
  readonly #options: CrewOptions;
  readonly #dispatcher = new Dispatcher<Task>();
  readonly #staff: Staff;
  readonly #interruptions: Interruptions;
  readonly #reports = new ReportDesk(this.#dispatcher);
  readonly #rescue: Rescue;
  readonly #starts = new StartRecord();
  readonly #figures = new FigureKeeper();
  readonly #settlement = new Settlement(
    this.#dispatcher,
    (task) => this.drop(task, { kill: false }),
    () => this.#pumpSoon(),
  );
  readonly #deaths = new Deaths(this.#dispatcher, this.#settlement);
  #phase: 'idle' | 'working' | 'stopping' | 'broken' = 'idle';
  #pumping = false;
  #crashed = 0;
  #restarts = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#staff = new Staff(options, this.#dispatcher, this);
    this.#interruptions = new Interruptions(this.#dispatcher, this.#staff, () => this.#pumpSoon());
    this.#rescue = new Rescue(this.#dispatcher, this.#staff, () => this.#pump());
  }

  /** Starts the workers, once. */
  start(): void {
    if (this.#phase !== 'idle') return;
    this.#phase = 'working';
    this.#fill();
  }

  get counts(): CrewCounts {
    return {
      ...this.#staff.counts,
      ...this.#figures.figures,
      crashed: this.#crashed,
      restarts: this.#restarts,
      completed: this.#settlement.completed,
    };
  }

  /** How many workers are wanted. */
  get size(): number {
    return this.#staff.wanted;
  }

  /** As many workers as wanted are there and ready, and nobody besides. */
  get isSettled(): boolean {
    return this.#staff.isSettled;
  }

  /** From now on so many workers are wanted. Those too many end when they have done what they have begun. */
  resize(size: number): void {
    this.#staff.resize(size, { start: this.#phase === 'working' });
    this.#pumpSoon();
  }

  /** Pids of the workers that live. */
  get pids(): number[] {
    return [...this.#staff.all()].map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  get isReady(): boolean {
    return this.#staff.isComplete;
  }

  /** The task that was submitted last, if it still has items to hand out. */
  get lastTask(): Task | undefined {
    return this.#dispatcher.lastQueued;
  }

  /** The task has items. They are handed out when the current turn is over, so that a burst of calls is one batch. */
  submit(task: Task): void {
    if (!task.queued) task.queuedAtMs = performance.now();
    this.#dispatcher.submit(task);
    this.#pumpSoon();
  }

  /** Nobody wants the task any more: what has not begun does not begin. */
  drop(task: Task, options: { kill: boolean }): void {
    this.#interruptions.drop(task, options);
  }

  /** Nobody wants this item of the task any more: if it runs, its worker is replaced. */
  dropItem(task: Task, index: number, reason: unknown): void {
    this.#interruptions.dropItem(task, index, reason);
  }

  forgetFunction(id: number): void {
    for (const worker of this.#staff.all()) {
      if (worker.functions.delete(id)) worker.forgotten.push(id);
    }
  }

  /** All workers end when they have done what they have. */
  stop(): void {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    for (const worker of this.#staff.all()) {
      if (worker.ready) worker.stop();
      else worker.condemn();
    }
  }

  /** All workers end now: by SIGTERM, and SIGKILL if they do not listen; with `atOnce` by SIGKILL. */
  kill({ atOnce = false } = {}): void {
    this.#phase = 'stopping';
    for (const worker of this.#staff.all()) {
      if (atOnce) worker.kill();
      else worker.condemn();
    }
  }

  /** Resolves when all workers have ended; only after `stop` or `kill`. */
  ended(): Promise<void> {
    return this.#staff.ended();
  }

  isBusy(worker: Worker): boolean {
    return (this.#dispatcher.seat(worker.id)?.batches.length ?? 0) > 0;
  }

  onReady(worker: Worker): void {
    this.#starts.noteReady(this.#settlement.completed);
    if (this.#phase !== 'working') {
      worker.stop();
      return;
    }
    if (this.#staff.isLeaving(worker)) return;
    this.#staff.welcome(worker);
    if (this.isReady) this.#options.onReady();
    this.#options.onChange?.();
    this.#pump();
  }

  onMemory(worker: Worker, isOver: boolean): void {
    if (this.#phase === 'working') this.#staff.noteMemory(worker, isOver);
  }

  onInitFailed(_worker: Worker, packedError: Uint8Array): void {
    this.#starts.noteInitFailed(packedError);
  }

  onResults(worker: Worker, frame: ManyFrame): void {
    const seat = this.#dispatcher.seat(worker.id);
    const [, ms, values, , , skipped] = frame;
    this.#figures.ran(worker, values.length - (skipped?.length ?? 0), ms);
    if (seat) this.#settlement.many(seat, frame);
    this.#pump();
  }

  onOne(worker: Worker, frame: OneFrame | Promise<OneFrame>): void {
    const seat = this.#dispatcher.seat(worker.id);
    const note = (ms: number) => this.#figures.ran(worker, 1, ms);
    if (Array.isArray(frame)) note(frame[3]);
    else
      frame.then(
        ([, , , ms]) => note(ms),
        () => note(0), // how long it ran can't be read either
      );
    if (seat) this.#settlement.one(seat, frame);
    this.#pump();
  }

  onReports(worker: Worker, frame: ReportsFrame): void {
    const seat = this.#dispatcher.seat(worker.id);
    if (seat) this.#reports.many(seat, frame);
  }

  onReport(worker: Worker, ticket: number, value: unknown): void {
    const seat = this.#dispatcher.seat(worker.id);
    if (seat) this.#reports.one(seat, ticket, value);
  }

  onNotStarted(worker: Worker, error: unknown): void {
    this.#staff.remove(worker.id);
    this.#noteFruitless(error instanceof Error ? error : new StateError(String(error)));
  }

  onEnd(worker: Worker, end: WorkerEnd): void {
    CHAOS: killPoint('pool.worker.lost');
    const left = this.#staff.remove(worker.id);
    const ended = this.#interruptions.forget(worker.id);
    const expected = worker.condemned || left || this.#phase !== 'working';
    const hadSeat = this.#dispatcher.seat(worker.id) !== undefined;
    const { victim, ranItem } = this.#deaths.judge(worker, end, ended);
    if (!expected) this.#crashed++;
    if (!left && this.#phase === 'working') this.#restarts++;
    if (victim) void this.#deaths.blame(worker, end, victim);
    this.#options.onChange?.();
    if (this.#phase !== 'working') return;
    this.#staff.seatReserve();
    if (!expected && (!hadSeat || this.#isBarren(ranItem)))
      this.#noteFruitless(startError(worker.name, end, this.#starts.initError), hadSeat);
    else this.#fill();
    this.#pumpSoon();
  }

  #isBarren(ranItem: boolean): boolean {
    return this.#starts.isBarren(ranItem, this.#settlement.completed, this.lastTask !== undefined);
  }

  #fill(): void {
    if (this.#phase === 'working') this.#staff.fill();
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
      const worker = this.#staff.get(given.seat.id);
      if (worker) this.#send(worker, given.batch);
    }
    if (this.#phase === 'working') this.#staff.review();
    this.#rescue.watch();
  }

  #send(worker: Worker, batch: Batch<Task>): void {
    CHAOS: killPoint('pool.batch.handed');
    this.#figures.handedOut(batch);
    handOut(worker, batch).catch((error: unknown) => {
      for (const item of this.#dispatcher.unsend(worker.id, batch)) this.#settlement.fail(item, error);
      this.#pumpSoon();
    });
    const { timeout } = batch.source.options;
    if (timeout !== undefined) this.#interruptions.watch(worker, timeout);
  }

  /** @param wasReady It may have been an item's doing: there must be time to find out. */
  #noteFruitless(error: Error, wasReady = false): void {
    const most = Math.max(3, this.#staff.wanted + 1) * (wasReady ? MOST_SILENT_DEATHS : 1);
    if (this.#starts.noteFruitless() < most) {
      this.#fill();
      return;
    }
    this.#phase = 'broken';
    for (const worker of this.#staff.all()) worker.condemn();
    this.#options.onBroken(error);
  }
}
