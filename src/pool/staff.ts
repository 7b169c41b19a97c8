// The workers there are: as many as wanted, not counting those that leave.
//
//   fill() ─► BOOTING ─► READY ─► LEAVING (has had its share of items; its successor is started at once) ─► gone

import type { CrewOptions } from './crew-options.js';
import type { Dispatcher } from './dispatcher.js';
import type { Task } from './task.js';
import { Worker, type WorkerEvents } from './worker.js';

export class Staff {
  readonly #options: CrewOptions;
  readonly #dispatcher: Dispatcher<Task>;
  readonly #events: WorkerEvents;
  readonly #workers = new Map<number, Worker>();
  /** Workers that are to have no successor. */
  readonly #leaving = new Set<number>();
  /** Worker processes started since the beginning. */
  started = 0;

  constructor(options: CrewOptions, dispatcher: Dispatcher<Task>, events: WorkerEvents) {
    this.#options = options;
    this.#dispatcher = dispatcher;
    this.#events = events;
  }

  get size(): number {
    return this.#workers.size;
  }

  get ready(): number {
    let ready = 0;
    for (const worker of this.#workers.values()) if (worker.ready) ready++;
    return ready;
  }

  get isComplete(): boolean {
    return this.ready >= this.#options.processes;
  }

  get(id: number): Worker | undefined {
    return this.#workers.get(id);
  }

  all(): Iterable<Worker> {
    return this.#workers.values();
  }

  /** Starts workers until there are as many as wanted. */
  fill(): void {
    const { processes, name, initializer } = this.#options;
    while (this.#workers.size - this.#leaving.size < processes) {
      const id = ++this.started;
      const worker = new Worker({ id, name: `${name}-${id}`, initializer }, this.#events);
      this.#workers.set(id, worker);
    }
  }

  /** A worker that may be given no more leaves when it has answered; its successor is started before. */
  retire(): void {
    if (this.#options.maxTasksPerChild === Number.POSITIVE_INFINITY) return;
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#workers.get(seat.id);
      if (seat.itemsLeft > 0 || seat.closing || !worker) continue;
      seat.closing = true;
      this.#leaving.add(seat.id);
      worker.stop();
    }
    this.fill();
  }

  /** A worker has ended. @returns Whether it was to leave. */
  remove(id: number): boolean {
    this.#workers.delete(id);
    return this.#leaving.delete(id);
  }

  /** Resolves when all workers have ended. */
  async ended(): Promise<void> {
    while (this.#workers.size > 0) await Promise.all([...this.#workers.values()].map(({ ended }) => ended));
  }
}
