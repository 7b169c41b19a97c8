// The results of `imap` and `imapUnordered`: an async iterator that reads its source only a little ahead of its consumer.
//
//   source ─► (window: taken and not yet delivered) ─► task ─► results ─► next()
//
// An error ends the stream, as it ends a generator: it is thrown once, what has not begun is cancelled.

import type { CallSite } from './call-site.js';
import type { Sink } from './sink.js';
import type { Task } from './task.js';

export type Source<T> = Iterable<T> | AsyncIterable<T>;

export interface StreamOptions {
  readonly ordered: boolean;
  /** Most items taken and not delivered; asked before each. */
  readonly window: () => number;
  /** An item is about to be added to the task. */
  readonly onAdded: () => void;
  /** Makes the item ready to travel. */
  readonly pack: (item: unknown, index: number) => unknown;
  /** Where the call was made. */
  readonly site?: CallSite | undefined;
}

type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };
type Waiting = { resolve(result: IteratorResult<unknown>): void; reject(error: unknown): void };

export class ResultStream<R> implements AsyncIterableIterator<R>, Sink {
  readonly #options: StreamOptions;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  #task: Task | undefined;
  #submit: () => void = () => {};
  /** Outcomes nobody has taken: by index if ordered, else in order of arrival. */
  readonly #byIndex = new Map<number, Outcome>();
  #arrived: Outcome[] = [];
  #waiting: Waiting[] = [];
  #added = 0;
  #delivered = 0;
  #pulling = false;
  #sourceEnded = false;
  #over = false;

  constructor(items: Source<unknown>, options: StreamOptions) {
    this.#options = options;
    this.#iterator = iteratorOf(items);
  }

  /** @param submit Called when the task has new items. */
  attach(task: Task, submit: () => void): void {
    this.#task = task;
    this.#submit = submit;
    void this.#pull();
  }

  next(): Promise<IteratorResult<R>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as Waiting['resolve'], reject });
      this.#deliver();
    });
  }

  /** Cancels what has not begun. */
  async return(): Promise<IteratorResult<R>> {
    this.#end();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<R>> {
    this.#end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  value(index: number, value: unknown): void {
    this.#arrive(index, { ok: true, value });
  }

  error(index: number, error: unknown): undefined {
    this.#arrive(index, { ok: false, error });
  }

  siteOf(): CallSite | undefined {
    return this.#options.site;
  }

  abort(reason: unknown): void {
    this.#sourceEnded = true;
    this.#byIndex.clear();
    this.#arrived = [];
    this.#added = this.#delivered + 1;
    this.#arrive(this.#delivered, { ok: false, error: reason });
  }

  #arrive(index: number, outcome: Outcome): void {
    if (this.#over) return;
    if (this.#options.ordered) this.#byIndex.set(index, outcome);
    else this.#arrived.push(outcome);
    this.#deliver();
  }

  #deliver(): void {
    while (this.#waiting.length > 0) {
      const outcome = this.#over ? undefined : this.#takeOutcome();
      if (!outcome && !this.#over && !(this.#sourceEnded && this.#delivered === this.#added)) break;
      const waiting = this.#waiting.shift() as Waiting;
      if (!outcome) {
        waiting.resolve({ done: true, value: undefined });
        continue;
      }
      this.#delivered++;
      if (outcome.ok) waiting.resolve({ done: false, value: outcome.value });
      else {
        waiting.reject(outcome.error);
        this.#end();
      }
    }
    if (!this.#over) void this.#pull();
  }

  #takeOutcome(): Outcome | undefined {
    if (!this.#options.ordered) return this.#arrived.shift();
    const outcome = this.#byIndex.get(this.#delivered);
    if (outcome) this.#byIndex.delete(this.#delivered);
    return outcome;
  }

  /** Takes items while there is room in the window. */
  async #pull(): Promise<void> {
    const task = this.#task;
    if (this.#pulling || this.#sourceEnded || !task) return;
    this.#pulling = true;
    let fresh = false;
    try {
      while (!this.#over && this.#added - this.#delivered < this.#options.window()) {
        let step = this.#iterator.next();
        if (step instanceof Promise) {
          if (fresh) this.#submit();
          fresh = false;
          step = await step;
        }
        const { done, value } = step as IteratorResult<unknown>;
        if (this.#over) return;
        if (done) {
          this.#sourceEnded = true;
          break;
        }
        const item = this.#options.pack(value, this.#added);
        this.#options.onAdded();
        this.#added++;
        task.add(item);
        fresh = true;
      }
    } catch (error) {
      // The source, or an item that can't travel: the stream ends with this, after what was before it.
      this.#sourceEnded = true;
      const index = this.#added++;
      queueMicrotask(() => this.#arrive(index, { ok: false, error }));
    } finally {
      this.#pulling = false;
    }
    if (fresh) this.#submit();
    if (!this.#sourceEnded) return;
    task.complete();
    this.#deliver();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#byIndex.clear();
    this.#arrived = [];
    this.#task?.cancel();
    if (!this.#sourceEnded) {
      this.#sourceEnded = true;
      // The source may have something to close. Nobody waits for it, and nobody hears what it throws.
      void Promise.resolve()
        .then(() => this.#iterator.return?.())
        .catch(() => {});
    }
    this.#deliver();
  }
}

function iteratorOf(items: Source<unknown>): Iterator<unknown> | AsyncIterator<unknown> {
  if (typeof items === 'object' && Symbol.asyncIterator in items) return items[Symbol.asyncIterator]();
  return items[Symbol.iterator]();
}
