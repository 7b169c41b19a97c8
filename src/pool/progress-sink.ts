// Stands between a task and its sink, and tells of every item: `onProgress` of the options, and the bar.

import type { CallSite } from './call-site.js';
import { ProgressBar } from './progress-bar.js';
import type { Sink } from './sink.js';
import type { Task } from './task.js';
import type { OnProgress } from './task-progress.js';

export class ProgressSink implements Sink {
  readonly isCall: boolean;
  readonly keepsErrors: boolean;
  readonly report: Sink['report'];
  readonly #inner: Sink;
  readonly #onProgress: OnProgress | undefined;
  readonly #bar: ProgressBar | undefined;
  /** Items that have reported and not ended. */
  readonly #haveReported = new Set<number>();
  #task: Task | undefined;
  #done = 0;
  #failed = 0;

  constructor(inner: Sink, { onProgress, bar }: { onProgress: OnProgress | undefined; bar: boolean }) {
    this.#inner = inner;
    this.isCall = inner.isCall === true;
    this.keepsErrors = inner.keepsErrors === true;
    this.#onProgress = onProgress;
    if (bar) this.#bar = new ProgressBar({ stream: process.stderr, total: () => this.#task?.total });
    this.report = onProgress && ((index, value, attempt) => this.#report(index, value, attempt));
  }

  /** The task whose items come here. */
  attach(task: Task): void {
    this.#task = task;
  }

  value(index: number, value: unknown): void {
    this.#note(index);
    this.#inner.value(index, value);
  }

  error(index: number, error: unknown): boolean | undefined {
    this.#failed++;
    this.#note(index);
    return this.#inner.error(index, error);
  }

  siteOf(index: number): CallSite | undefined {
    return this.#inner.siteOf?.(index);
  }

  abort(reason: unknown): void {
    this.#inner.abort(reason);
  }

  /** The task is over. */
  end(): void {
    this.#bar?.stop();
  }

  #note(index: number): void {
    this.#done++;
    this.#bar?.update(this.#done, this.#failed);
    if (!this.#onProgress || this.#haveReported.delete(index)) return;
    this.#tell(undefined, index, { attempt: this.#task?.history.attemptOf(index) ?? 1, ended: true });
  }

  #report(index: number, value: unknown, attempt: number): void {
    this.#haveReported.add(index);
    this.#tell(value, index, { attempt, ended: false });
  }

  /** In a turn of its own, so that nobody is in the middle of anything; and before whoever waits for the result goes on. */
  #tell(value: unknown, index: number, how: { attempt: number; ended: boolean }): void {
    const progress = { index, ...how, done: this.#done, failed: this.#failed, total: this.#task?.total };
    const call = async () => this.#onProgress?.(value, progress);
    queueMicrotask(() => void call().catch(warn));
  }
}

function warn(error: unknown): void {
  process.emitWarning(`onProgress threw: ${error instanceof Error ? error.stack : String(error)}`);
}
