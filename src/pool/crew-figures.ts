// What a crew has done, in figures: noted once per message, not per item.

import type { Batch } from './dispatcher.js';
import { type Durations, Histogram } from './histogram.js';
import type { Task } from './task.js';
import type { Worker } from './worker.js';

/** Throughput is that of the last one to two of these. */
const WINDOW_MS = 5000;

export interface CrewFigures {
  /** Items run to their end, per second, lately. */
  readonly throughput: number;
  /** From the submission to the hand-out to a worker; an item that is taken back from a slow one is handed out, and counted, again. */
  readonly wait: Durations;
  /** How long items ran: the mean of those answered in one message. */
  readonly run: Durations;
}

export class FigureKeeper {
  readonly #wait = new Histogram();
  readonly #run = new Histogram();
  #since = performance.now();
  #now = 0;
  #before = 0;
  #beforeMs = 0;

  handedOut({ source, portion }: Batch<Task>): void {
    this.#wait.add(performance.now() - source.queuedAtMs, portion.count);
  }

  /** The worker has run so many items in so long. */
  ran(worker: Worker, items: number, ms: number): void {
    worker.items += items;
    worker.busyMs += ms;
    if (items > 0) this.#run.add(ms / items, items);
    this.#turnWindow();
    this.#now += items;
  }

  get figures(): CrewFigures {
    this.#turnWindow();
    const ms = performance.now() - this.#since + this.#beforeMs;
    const throughput = ms > 0 ? ((this.#now + this.#before) / ms) * 1000 : 0;
    return { throughput, wait: this.#wait.durations, run: this.#run.durations };
  }

  #turnWindow(): void {
    const ms = performance.now() - this.#since;
    if (ms < WINDOW_MS) return;
    const isOld = ms >= 2 * WINDOW_MS;
    this.#before = isOld ? 0 : this.#now;
    this.#beforeMs = isOld ? WINDOW_MS : ms;
    this.#now = 0;
    this.#since = performance.now();
  }
}
