// What a worker says of itself in shared memory, so that it can be read when the worker is dead, or too busy to answer.
//
//   worker, before an item:   current ← ticket + 1      (startedAtMs before it, where the item's time is limited)
//   worker, when it waits:    current ← 0
//   parent, to take back:     skipFrom, skipCount: tickets not worth running; the worker answers that it skipped them
//   parent:                   reads both; owns the object, so recovery of the worker leaves it alone
//
// A ticket numbers the items given to one worker, in order, modulo 2^30.

import { type Address, arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import { TICKET_MASK } from './frames.js';

const Word = layout(['kind', 'current', 'startedAtMs', 'skipFrom', 'skipCount']);

const boardKind = defineKind({ code: 30, name: 'PoolBoard' });

export class PoolBoard {
  readonly #object: ObjectWords;
  readonly #words: Int32Array;
  readonly #current: number;

  private constructor(object: ObjectWords) {
    this.#object = object;
    this.#words = object.words;
    this.#current = object.base + Word.current;
  }

  static create(): PoolBoard {
    return new PoolBoard(ObjectWords.create(boardKind));
  }

  static attach(at: Address): PoolBoard {
    return new PoolBoard(ObjectWords.attach(at, boardKind));
  }

  get address(): Address {
    return this.#object.at;
  }

  /** The ticket of the item that runs, or undefined. */
  get running(): number | undefined {
    const value = Atomics.load(this.#words, this.#current);
    return value === 0 ? undefined : value - 1;
  }

  /** For the worker, before each item. */
  begin(ticket: number): void {
    Atomics.store(this.#words, this.#current, ticket + 1);
  }

  /** For the worker, before `begin`, where the item's time is limited. */
  stampTime(): void {
    this.#object.store(Word.startedAtMs, clockMs());
  }

  /** For the worker: it runs nothing. */
  rest(): void {
    Atomics.store(this.#words, this.#current, 0);
  }

  /** For the worker, after `begin`: whether the item is not wanted any more. */
  skips(ticket: number): boolean {
    const count = this.#object.load(Word.skipCount);
    return count > 0 && ((ticket - this.#object.load(Word.skipFrom)) & TICKET_MASK) < count;
  }

  /** For the parent: these are not worth running. A later call replaces an earlier one; whatever is skipped is told. */
  skip(from: number, count: number): void {
    this.#object.store(Word.skipCount, 0);
    this.#object.store(Word.skipFrom, from);
    this.#object.store(Word.skipCount, count);
  }

  /** How long the running item has been running, in milliseconds. */
  elapsedMs(): number {
    return (clockMs() - this.#object.load(Word.startedAtMs)) | 0;
  }

  free(): void {
    this.#object.store(Word.kind, 0);
    arena().free(this.#object.at);
  }
}

/** Milliseconds of the machine's monotonic clock, as 32 bits: the same in all processes; differences count. */
function clockMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds * 1000 + Math.floor(nanoseconds / 1e6)) | 0;
}
