// A worker as the pool sees it: a daemon process at the other end of a pipe.
//
//   BOOTING ──ready──► READY ──(told to stop, or dies)──► ENDED        its end is told after its last result

import { constants } from 'node:os';
import { BrokenPipeError, ClosedError, EOFError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import type { IncomingParcel } from '../channels/parcel.js';
import { Pipe } from '../channels/pipe.js';
import type { RingConnection } from '../channels/ring-connection.js';
import { Process, whenEnded } from '../process/process.js';
import type { StartMethod } from '../process/start-method.js';
import { EndRequest } from './end-request.js';
import {
  type FrameToParent,
  type FrameToWorker,
  type ManyFrame,
  type OneFrame,
  type PackedParts,
  type ReportsFrame,
  ToParent,
  ToWorker,
} from './frames.js';
import { PoolBoard } from './pool-board.js';
import { StderrTail } from './stderr-tail.js';
import { poolWorkerLoop } from './worker-loop.js';

export interface WorkerEnd {
  readonly pid: number | undefined;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Ticket of the item it was running. */
  readonly running: number | undefined;
}

export interface WorkerEvents {
  /** Whether it has something to answer. */
  isBusy(worker: Worker): boolean;
  onReady(worker: Worker): void;
  onInitFailed(worker: Worker, packedError: Uint8Array): void;
  /** It has grown to its limit of memory, or soon will. */
  onMemory(worker: Worker, isOver: boolean): void;
  onResults(worker: Worker, frame: ManyFrame): void;
  /** One item's frame, or the promise of one that may not be revived. */
  onOne(worker: Worker, frame: OneFrame | Promise<OneFrame>): void;
  onReports(worker: Worker, frame: ReportsFrame): void;
  /** A report that needed a frame of its own: a value, or the promise of one that may not be revived. */
  onReport(worker: Worker, ticket: number, value: unknown | Promise<unknown>): void;
  onEnd(worker: Worker, end: WorkerEnd): void;
  /** The operating system refused to start it. */
  onNotStarted(worker: Worker, error: unknown): void;
}

export interface WorkerOptions {
  readonly id: number;
  readonly name: string;
  readonly initializer: PackedParts | undefined;
  readonly method: StartMethod;
  readonly maxMemoryPerChild: number | undefined;
  /** Workers of a pool that is made in it, unless told. */
  readonly budget: number;
}

/** How long a worker may take to end after SIGTERM before it is killed. */
const TERM_GRACE_MS = 500;

export class Worker {
  readonly id: number;
  readonly board: PoolBoard;
  readonly request: EndRequest;
  readonly stderr: StderrTail;
  /** Functions it has been given. */
  readonly functions = new Set<number>();
  /** Functions it has and will not be given again: told with the next batch. */
  readonly forgotten: number[] = [];
  /** It was killed by the pool, on purpose: nothing is blamed on what it was running. */
  condemned = false;
  readonly #process: Process;
  readonly #pipe: RingConnection<unknown>;
  readonly #events: WorkerEvents;
  readonly #ended: Promise<void>;
  readonly #startedAtMs = performance.now();
  /** Items it has run to their end, and how long they took together. */
  items = 0;
  busyMs = 0;
  #ready = false;
  /** The next parcel is what the item with this ticket reports. */
  #reportNext: number | undefined;

  constructor(options: WorkerOptions, events: WorkerEvents) {
    const { id, name, initializer, method, maxMemoryPerChild, budget } = options;
    this.id = id;
    this.#events = events;
    this.board = PoolBoard.create();
    this.request = EndRequest.create();
    const [ours, theirs] = Pipe<unknown>() as [RingConnection<unknown>, RingConnection<unknown>];
    ours.keepAlive = false;
    this.#pipe = ours;
    this.#process = new Process({
      name,
      daemon: true,
      target: poolWorkerLoop,
      args: [
        theirs,
        {
          board: this.board.address,
          request: this.request.address,
          initializer,
          maxMemoryPerChild,
          budget,
        },
      ],
      stdio: ['ignore', 'inherit', 'pipe'],
      context: method,
    });
    const started = this.#process.start();
    theirs.close();
    if (this.#process.pid === undefined) {
      this.stderr = new StderrTail(null);
      this.#ended = this.#failToStart(started);
      return;
    }
    started.catch(() => {}); // told by its end
    this.stderr = new StderrTail(this.#process.stderr);
    void this.#listen();
    this.#ended = this.#watch();
  }

  /** Milliseconds since its start. */
  get ageMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get name(): string {
    return this.#process.name;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /**
   * Sends a frame; it is serialized inside the call.
   * @returns Rejects with what kept it from being sent; not if the worker has died: that is told by its end.
   */
  send(frame: FrameToWorker): Promise<void> {
    return this.#pipe.send(frame).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }

  /** It ends when it has done what it has been sent. */
  stop(): void {
    CHAOS: killPoint('pool.worker.stopped');
    void this.send([ToWorker.stop]).catch(() => this.condemn());
  }

  /** Ends it now: SIGTERM, and SIGKILL if it does not listen. */
  condemn(): void {
    if (this.condemned) return;
    this.condemned = true;
    if (!this.#process.isAlive()) return;
    this.#process.terminate();
    const timer = setTimeout(() => this.#process.kill(), TERM_GRACE_MS);
    void this.#ended.finally(() => clearTimeout(timer));
  }

  /** Ends it now: SIGKILL. */
  kill(): void {
    this.condemned = true;
    if (this.#process.isAlive()) this.#process.kill();
  }

  async #failToStart(started: Promise<void>): Promise<void> {
    this.#pipe.close();
    this.board.free();
    this.request.free();
    await started.catch((error: unknown) => this.#events.onNotStarted(this, error));
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        // Whoever was waiting for the last of it has its turn first, and may have more to do: to look for an answer for a moment
        // before that, as `poll` does, would keep it waiting.
        if (this.#drain() && !this.#events.isBusy(this))
          await new Promise((resolve) => setImmediate(resolve));
        await this.#pipe.poll(null);
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Takes everything that has come in. @returns Whether there was something. */
  #drain(): boolean {
    let taken = false;
    for (let parcel = this.#pipe.tryTakeParcel(); parcel; parcel = this.#pipe.tryTakeParcel()) {
      taken = true;
      if (this.#reportNext !== undefined) {
        this.#takeReport(this.#reportNext, parcel);
        continue;
      }
      if (parcel.needsPreparation) {
        this.#events.onOne(this, parcel.openAsync() as Promise<OneFrame>);
        continue;
      }
      let frame: FrameToParent;
      try {
        frame = parcel.open() as FrameToParent;
      } catch (error) {
        this.#events.onOne(this, Promise.reject(error));
        continue;
      }
      this.#take(frame);
    }
    return taken;
  }

  #takeReport(ticket: number, parcel: IncomingParcel): void {
    this.#reportNext = undefined;
    let value: unknown;
    try {
      if (parcel.needsPreparation) value = parcel.openAsync().then((opened) => (opened as [unknown])[0]);
      else {
        const opened = parcel.open() as [] | [unknown];
        if (opened.length === 0) return; // it could not be sent: its task knows
        [value] = opened;
      }
    } catch (error) {
      value = Promise.reject(error);
    }
    this.#events.onReport(this, ticket, value);
  }

  #take(frame: FrameToParent): void {
    if (frame[0] === ToParent.many) this.#events.onResults(this, frame);
    else if (frame[0] === ToParent.one) this.#events.onOne(this, frame);
    else if (frame[0] === ToParent.reports) this.#events.onReports(this, frame);
    else if (frame[0] === ToParent.reportNext) this.#reportNext = frame[1];
    else if (frame[0] === ToParent.initFailed) this.#events.onInitFailed(this, frame[1]);
    else if (frame[0] === ToParent.memory) this.#events.onMemory(this, frame[1]);
    else {
      this.#ready = true;
      this.#events.onReady(this);
    }
  }

  async #watch(): Promise<void> {
    await new Promise<void>((resolve) => whenEnded(this.#process, resolve));
    const { exitCode, pid } = this.#process;
    try {
      this.#drain(); // what it had sent before it ended counts
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    const { running } = this.board;
    this.#pipe.close();
    this.board.free();
    this.request.free();
    this.#events.onEnd(this, { pid, exitCode, signal: signalOf(exitCode), running });
  }
}

function isGone(error: unknown): boolean {
  return error instanceof EOFError || error instanceof BrokenPipeError || error instanceof ClosedError;
}

function signalOf(exitCode: number | null): string | null {
  if (exitCode === null || exitCode >= 0) return null;
  return (
    Object.entries(constants.signals).find(([, number]) => number === -exitCode)?.[0] ?? `signal ${-exitCode}`
  );
}
