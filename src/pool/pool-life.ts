// The life of a pool, from its first worker to the end of its last.
//
//   open ──close()──► closed ──everything submitted is over──► workers end ─► ended
//     └──────────────── terminate() ─────────────────────────► workers end ─► ended

import { PoolTerminatedError, StateError } from '../base/errors.js';
import { isImporting } from '../process/child-content.js';
import { getStartMethod, methodOfContext } from '../process/start-method.js';
import { Crew } from './crew.js';
import { PackedValue } from './packed-value.js';
import { PendingHold } from './pending-hold.js';
import type { PoolOptions } from './pool-options.js';
import type { PoolStats } from './pool-stats.js';
import type { Settler } from './sinks.js';
import { Submissions } from './submissions.js';
import { budgetOfEach } from './worker-budget.js';

export class PoolLife {
  readonly submissions: Submissions;
  readonly #crew: Crew;
  readonly #initializer: PackedValue | undefined;
  readonly #hold = new PendingHold();
  #waitingForReady: Settler[] = [];
  #waitingForSize: Settler[] = [];
  #state: 'open' | 'closed' | 'terminated' = 'open';
  #broken: Error | undefined;
  #ended: Promise<void> | undefined;

  constructor(processes: number, options: PoolOptions) {
    const {
      initializer,
      initargs = [],
      maxTasksPerChild = Number.POSITIVE_INFINITY,
      maxMemoryPerChild,
      maxAgePerChild,
      name = 'PoolWorker',
    } = options;
    if (initializer) this.#initializer = PackedValue.of([initializer, initargs], 'initializer');
    this.#crew = new Crew({
      processes,
      name,
      initializer: this.#initializer && [this.#initializer.bytes, this.#initializer.attachments],
      method: methodOfContext(options.context) ?? getStartMethod(),
      maxTasksPerChild,
      maxMemoryPerChild,
      maxAgePerChild,
      budget: budgetOfEach,
      onBroken: (error) => this.#break(error),
      onReady: () => this.#tellReady(),
      onChange: () => this.#tellSize(),
    });
    this.submissions = new Submissions(this.#crew, this.#hold);
    // A module that a worker imports may make a pool: it must not start workers of workers of workers.
    if (!isImporting()) this.#crew.start();
  }

  /** @throws {StateError} If the pool takes nothing more. The error that broke it, if its workers can't be started. */
  checkSubmit(method: string): void {
    this.#checkOpen(method);
    if (this.#broken) throw this.#broken;
    this.#crew.start();
  }

  ready(settler: Settler): void {
    this.checkSubmit('ready');
    if (this.#crew.isReady) {
      settler.resolve(undefined);
      return;
    }
    this.#hold.add();
    this.#waitingForReady.push(settler);
  }

  resize(processes: number, settler: Settler): void {
    this.checkSubmit('resize');
    this.#crew.resize(processes);
    this.#hold.add();
    this.#waitingForSize.push(settler);
    this.#tellSize();
    if (this.#crew.isReady) this.#tellReady();
  }

  stats(): PoolStats {
    const { pending, done, failed } = this.submissions;
    const { pids, counts } = this.#crew;
    return { processes: this.#crew.size, ...counts, pending, done, failed, pids };
  }

  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    this.#rejectReady(new StateError('the pool was closed before its workers were ready'));
    this.submissions.whenAllOver(() => this.#end(() => this.#crew.stop()));
  }

  terminate(): Promise<void> {
    if (this.#state !== 'terminated') {
      this.#state = 'terminated';
      const reason = new PoolTerminatedError();
      this.#rejectReady(reason);
      this.submissions.abortAll(reason);
      this.#crew.kill();
      this.#end(() => {});
    }
    return this.#hold.during(this.#ended as Promise<void>);
  }

  async join(): Promise<void> {
    if (this.#state === 'open')
      throw new StateError('join: the pool is open: call close() or terminate() before');
    await this.#hold.during(
      new Promise<void>((resolve) => this.submissions.whenAllOver(() => resolve(this.#ended))),
    );
  }

  /** Ends it in good order; or at once, if a call has just failed and others are pending: their results are wanted no more. */
  async dispose(): Promise<void> {
    if (this.submissions.failure.isFresh && this.submissions.pending > 0) {
      await this.terminate();
      return;
    }
    this.close();
    await this.join();
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  #checkOpen(method: string): void {
    if (this.#state !== 'open') throw new StateError(`${method}: the pool is ${this.#state}`);
  }

  /** No worker can be started: nothing will ever run. */
  #break(error: Error): void {
    this.#broken = error;
    this.#rejectReady(error);
    this.submissions.abortAll(error);
  }

  #tellReady(): void {
    for (const { resolve } of this.#takeWaiting()) resolve(undefined);
  }

  #tellSize(): void {
    if (this.#waitingForSize.length === 0 || !this.#crew.isSettled) return;
    const waiting = this.#waitingForSize;
    this.#waitingForSize = [];
    this.#release(waiting);
    for (const { resolve } of waiting) resolve(undefined);
  }

  #rejectReady(error: Error): void {
    const forSize = this.#waitingForSize;
    this.#waitingForSize = [];
    this.#release(forSize);
    for (const { reject } of [...this.#takeWaiting(), ...forSize]) reject(error);
  }

  #takeWaiting(): Settler[] {
    const waiting = this.#waitingForReady;
    this.#waitingForReady = [];
    this.#release(waiting);
    return waiting;
  }

  #release(waiting: readonly Settler[]): void {
    this.#hold.remove(waiting.length);
  }

  #end(stop: () => void): void {
    if (this.#ended) return;
    stop();
    this.#ended = this.#crew.ended().then(() => {
      this.submissions.release();
      this.#initializer?.release();
    });
  }
}
