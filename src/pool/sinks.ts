// Where the results of a task go: one promise per item, an array, an array of outcomes.

import type { CallSite } from './call-site.js';
import type { ItemValues } from './number-column.js';
import type { Sink } from './sink.js';

export interface Settler {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Where the call was made. */
  readonly site?: CallSite | undefined;
}

/** What `start` throws rejects. */
export function toPromise<T>(start: (settler: Settler) => void, site?: CallSite): Promise<T> {
  return new Promise((resolve, reject) => {
    start({ resolve: resolve as Settler['resolve'], reject, site });
  });
}

/** Each item is a call of its own. */
export class CallSink implements Sink {
  readonly isCall = true;
  readonly #calls: (Settler | undefined)[] = [];

  /** The next item's. */
  push(call: Settler): void {
    this.#calls.push(call);
  }

  value(index: number, value: unknown): void {
    this.#calls[index]?.resolve(value);
    this.#calls[index] = undefined;
  }

  error(index: number, error: unknown): undefined {
    this.#calls[index]?.reject(error);
    this.#calls[index] = undefined;
  }

  siteOf(index: number): CallSite | undefined {
    return this.#calls[index]?.site;
  }

  abort(reason: unknown): void {
    for (const call of this.#calls) call?.reject(reason);
    this.#calls.length = 0;
  }
}

/** All results in order; the first error is the whole's. */
export class ArraySink implements Sink {
  readonly #settler: Settler;
  #values: unknown[] = [];

  constructor(settler: Settler) {
    this.#settler = settler;
  }

  /** All items are settled. */
  finish(): void {
    this.#settler.resolve(this.#values);
  }

  value(index: number, value: unknown): void {
    fillUpTo(this.#values, index);
    this.#values[index] = value;
  }

  /** An array of its final length is not copied again and again as it grows. */
  expect(count: number): void {
    this.#values = new Array<unknown>(count);
  }

  range(first: number, values: ItemValues, from: number, count: number): boolean {
    fillUpTo(this.#values, first);
    const all = this.#values;
    for (let i = 0; i < count; i++) all[first + i] = values[from + i];
    return true;
  }

  error(_index: number, error: unknown): boolean {
    this.#settler.reject(error);
    return true;
  }

  siteOf(): CallSite | undefined {
    return this.#settler.site;
  }

  abort(reason: unknown): void {
    this.#settler.reject(reason);
  }
}

/** Every outcome, in order. */
export class OutcomeSink implements Sink {
  readonly keepsErrors = true;
  readonly #settler: Settler;
  readonly #outcomes: (PromiseSettledResult<unknown> | undefined)[] = [];

  constructor(settler: Settler) {
    this.#settler = settler;
  }

  finish(): void {
    this.#settler.resolve(this.#outcomes);
  }

  value(index: number, value: unknown): void {
    fillUpTo(this.#outcomes, index);
    this.#outcomes[index] = { status: 'fulfilled', value };
  }

  error(index: number, reason: unknown): undefined {
    fillUpTo(this.#outcomes, index);
    this.#outcomes[index] = { status: 'rejected', reason };
  }

  siteOf(): CallSite | undefined {
    return this.#settler.site;
  }

  abort(reason: unknown): void {
    this.#settler.reject(reason);
  }
}

/** An array with far holes is kept as a dictionary, and is ten times slower. */
function fillUpTo(array: unknown[], index: number): void {
  while (array.length < index) array.push(undefined);
}
