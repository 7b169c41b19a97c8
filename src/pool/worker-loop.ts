// The child's side of a pool: takes frames, runs items one after another, sends results back.
//
//   drain the pipe ─► run each item ─► results pile up ─► sent when the pipe is empty, or every 2 ms while there is more
//
// What does not wait is not awaited: an item that returns no promise costs no turn of the event loop (batch-runner.ts).

import { EOFError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import type { RingConnection } from '../channels/ring-connection.js';
import { setImporting } from '../process/child-content.js';
import { currentProcess } from '../process/process.js';
import type { AnyFunction } from '../serialization/function-recipe.js';
import { registerOwnExport } from '../serialization/own-exports.js';
import { packError } from '../serialization/remote-error.js';
import { BatchRunner } from './batch-runner.js';
import { EndRequest } from './end-request.js';
import {
  type DefineFrame,
  type FrameToParent,
  type FrameToWorker,
  type PackedParts,
  ToParent,
  ToWorker,
} from './frames.js';
import { ItemHost } from './item-host.js';
import { MemoryWatch } from './memory-watch.js';
import { openPacked, PackedValue } from './packed-value.js';
import { PoolBoard } from './pool-board.js';
import { ReportSender } from './report-sender.js';
import { ResultSender } from './result-sender.js';
import { TaskFunction } from './task-context.js';
import { setWorkerBudget } from './worker-budget.js';

/** What a worker is started with. */
export interface WorkerSetup {
  /** Address of its board. */
  readonly board: number;
  /** Address of its end request. */
  readonly request: number;
  /** `[initializer, args]`, packed by the parent. */
  readonly initializer: PackedParts | undefined;
  /** Bytes it may grow to. */
  readonly maxMemoryPerChild: number | undefined;
  /** Workers of a pool that is made here, unless told. */
  readonly budget: number;
}

/** How long a worker that is to stop may take to empty its event loop. */
const STOP_GRACE_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Other events of the process are looked at so often while frames keep coming. */
const BREATHE_MS = 20;

/** What a pool's worker process runs: until it is told to stop, or the pool is gone. */
export async function poolWorkerLoop(pipe: RingConnection<unknown>, setup: WorkerSetup): Promise<void> {
  setWorkerBudget(setup.budget);
  const loop = new WorkerLoop(pipe, setup);
  if (await loop.initialize(setup)) await loop.run();
  setTimeout(() => process.exit(), STOP_GRACE_MS).unref();
}

registerOwnExport('poolWorkerLoop', poolWorkerLoop);

class WorkerLoop {
  readonly #pipe: RingConnection<unknown>;
  readonly #board: PoolBoard;
  readonly #results: ResultSender;
  readonly #host: ItemHost;
  readonly #runner: BatchRunner;
  readonly #functions = new Map<number, DefineFrame | TaskFunction>();
  #memory: MemoryWatch | undefined;
  #breathedAt = performance.now();

  constructor(pipe: RingConnection<unknown>, { board, request }: WorkerSetup) {
    this.#pipe = pipe;
    this.#board = PoolBoard.attach(board);
    const asked = EndRequest.attach(request);
    const reports = new ReportSender(pipe);
    this.#results = new ResultSender(pipe, reports);
    this.#host = new ItemHost(this.#board, asked, reports);
    this.#runner = new BatchRunner({
      board: this.#board,
      request: asked,
      host: this.#host,
      results: this.#results,
      functionOf: (id) => this.#functionOf(id),
      whenDue: async () => {
        await this.#flush();
        await this.#breathe();
      },
    });
  }

  /** @returns False if the initializer threw: the parent has been told. */
  async initialize({ initializer, maxMemoryPerChild }: WorkerSetup): Promise<boolean> {
    try {
      if (initializer) {
        const [fn, args] = (await openPrepared(initializer)) as [AnyFunction, unknown[]];
        this.#host.workerState = await fn(...args);
      }
    } catch (error) {
      const { bytes } = PackedValue.of(packError(error, currentProcess().name), 'error');
      await this.#pipe.send([ToParent.initFailed, bytes] satisfies FrameToParent);
      process.exitCode = 1;
      return false;
    }
    if (maxMemoryPerChild !== undefined) this.#memory = new MemoryWatch(maxMemoryPerChild);
    await this.#pipe.send([ToParent.ready] satisfies FrameToParent);
    process.on('exit', () => this.#results.flushSync());
    this.#host.judgeUncaught();
    return true;
  }

  async run(): Promise<void> {
    // A task may wait for something that holds no event loop open: the worker lives all the same.
    const alive = setInterval(() => {}, LONGEST_TIMER_MS);
    try {
      for (;;) {
        const frame = this.#pipe.tryTakeParcel()?.open() as FrameToWorker | undefined;
        if (frame) {
          CHAOS: killPoint('pool.frame.taken');
          if (frame[0] === ToWorker.stop) return;
          if (frame[0] === ToWorker.run) await this.#runner.run(frame);
          else if (frame[0] === ToWorker.define) this.#functions.set(frame[1], frame);
          else for (const id of frame[1]) this.#functions.delete(id);
          continue;
        }
        if (this.#results.pending) await this.#flush();
        CHAOS: killPoint('pool.results.sent');
        this.#board.rest();
        await this.#pipe.poll(null);
        this.#results.restart();
      }
    } catch (error) {
      if (!(error instanceof EOFError)) throw error;
    } finally {
      clearInterval(alive);
    }
  }

  async #flush(): Promise<void> {
    const fullness = this.#memory?.look();
    if (fullness) await this.#pipe.send([ToParent.memory, fullness === 'full'] satisfies FrameToParent);
    await this.#results.flush();
  }

  /** The function that has this number; a promise the first time. */
  #functionOf(id: number): TaskFunction | Promise<TaskFunction> {
    const held = this.#functions.get(id);
    return held instanceof TaskFunction ? held : this.#open(id, held);
  }

  async #open(id: number, frame: DefineFrame | undefined): Promise<TaskFunction> {
    if (!frame) throw new Error(`function ${id} is not here`);
    const fn = new TaskFunction((await openPrepared(frame[2])) as AnyFunction);
    this.#functions.set(id, fn);
    return fn;
  }

  async #breathe(): Promise<void> {
    const now = performance.now();
    if (now - this.#breathedAt < BREATHE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#breathedAt = performance.now();
  }
}

/** Modules imported on the way must not start processes: they are being imported, as at a child's start. */
async function openPrepared([bytes, attachments]: PackedParts): Promise<unknown> {
  setImporting(true);
  try {
    return await openPacked(bytes, attachments);
  } finally {
    setImporting(false);
  }
}
