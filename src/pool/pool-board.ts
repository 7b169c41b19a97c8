// What a worker says of itself in shared memory, so that it can be read when the worker is dead, or too busy to answer.
//
//   current:   TAKEN | LOOK | RUNNING | ticket (29 bits)       the last item it has begun
//
//   worker, before an item:   CAS current: what it wrote last → RUNNING | ticket      (startedAtMs before it, where time is limited)
//   worker, when that fails:  LOOK is taken off, then it reads what the parent has said; then the CAS again
//   worker, when it waits:    RUNNING is taken off
//   parent, to take back:     takenEnd ← ticket;  CAS current: what it read → the same | TAKEN
//                             the worker will begin nothing after its ticket and before takenEnd, and does not answer for it
//   parent, to cancel:        skipFrom, skipCount: tickets not worth running; then LOOK; the worker answers that it skipped them
//   parent, to halt:          EndRequest.halted; then LOOK, which tells what runs
//   parent:                   owns the object, so recovery of the worker leaves it alone
//
// All that a worker has to know before an item is in one word, and one CAS of it is all that an item costs. It decides who
// wins an item: either the worker's CAS begins it, and the parent reads a later ticket; or the parent's sets TAKEN or LOOK, and
// the worker's fails. While TAKEN stands, takenEnd does not change: only the worker takes it off, by beginning an item behind
// takenEnd. LOOK is taken off before what it points to is read, so what is said after that makes the next CAS fail again.
//
// A ticket numbers the items given to one worker, in order, modulo 2^29.

import { type Address, arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import { TICKET_MASK } from './frames.js';

const Word = layout(['kind', 'current', 'startedAtMs', 'skipFrom', 'skipCount', 'takenEnd']);

const RUNNING = 1 << 29;
const LOOK = 1 << 30;
const TAKEN = 1 << 31;
const TICKET_HALF = (TICKET_MASK + 1) / 2;

const boardKind = defineKind({ code: 30, name: 'PoolBoard' });

export class PoolBoard {
  readonly #object: ObjectWords;
  readonly #words: Int32Array;
  readonly #current: number;
  /** For the worker: what it wrote last. */
  #written = TICKET_MASK;
  /** For the worker: what the parent has said it need not run. */
  #skipFrom = 0;
  #skipCount = 0;

  private constructor(object: ObjectWords) {
    this.#object = object;
    this.#words = object.words;
    this.#current = object.base + Word.current;
  }

  static create(): PoolBoard {
    const board = new PoolBoard(ObjectWords.create(boardKind));
    Atomics.store(board.#words, board.#current, TICKET_MASK); // the ticket before the first
    return board;
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
    return value & RUNNING ? value & TICKET_MASK : undefined;
  }

  /** For the worker, before each item. @returns False if the parent has said something: `attend` first, then once more. */
  begin(ticket: number): boolean {
    const mine = this.#written;
    const next = RUNNING | ticket;
    if (Atomics.compareExchange(this.#words, this.#current, mine, next) !== mine) return false;
    this.#written = next;
    return true;
  }

  /** For the worker, after `begin` has failed. @returns False if the item was taken back: another worker runs it. */
  attend(ticket: number): boolean {
    const seen = Atomics.and(this.#words, this.#current, ~LOOK) & ~LOOK;
    const count = this.#object.load(Word.skipCount);
    this.#skipFrom = this.#object.load(Word.skipFrom);
    this.#skipCount = Math.min(count, this.#object.load(Word.skipCount)); // of a range that is just being written, less
    if (seen & TAKEN) {
      const behind = (ticket - this.#object.load(Word.takenEnd)) & TICKET_MASK;
      if (behind >= TICKET_HALF) return false;
    }
    this.#written = seen; // the next `begin` takes TAKEN off
    return true;
  }

  /** For the worker: the ticket of the last item it has begun. */
  get lastBegun(): number {
    return this.#written & TICKET_MASK;
  }

  /** For the worker, before `begin`, where the item's time is limited. */
  stampTime(): void {
    this.#object.store(Word.startedAtMs, clockMs());
  }

  /** For the worker: it runs nothing. */
  rest(): void {
    Atomics.and(this.#words, this.#current, ~RUNNING);
    this.#written &= ~RUNNING;
  }

  /**
   * For the parent: what the worker has not begun, up to a ticket that it has not been sent, is not for it any more.
   * @returns The last ticket it has begun; undefined if an earlier call is still in force.
   */
  takeBack(end: number): number | undefined {
    let seen = Atomics.load(this.#words, this.#current);
    if (seen & TAKEN) return undefined;
    this.#object.store(Word.takenEnd, end);
    for (;;) {
      const found = Atomics.compareExchange(this.#words, this.#current, seen, seen | TAKEN);
      if (found === seen) return seen & TICKET_MASK;
      seen = found;
    }
  }

  /** For the worker: whether it may have to skip something. */
  get skipsAny(): boolean {
    return this.#skipCount > 0;
  }

  /** For the worker, after `begin`: whether the item is not wanted any more. */
  skips(ticket: number): boolean {
    const at = (ticket - this.#skipFrom) & TICKET_MASK;
    if (at < this.#skipCount) return true;
    if (at < TICKET_HALF) this.#skipCount = 0; // all of that is behind it
    return false;
  }

  /**
   * For the parent: from one ticket, the oldest not answered, to before another nothing is worth running. Whatever is skipped is
   * told. What an earlier call has named and is not answered yet stays skipped at every instant: its range gets longer.
   */
  skip(from: number, end: number): void {
    const earlier = this.#object.load(Word.skipFrom);
    if (((from - earlier) & TICKET_MASK) < this.#object.load(Word.skipCount)) {
      this.#object.store(Word.skipCount, (end - earlier) & TICKET_MASK);
    } else {
      this.#object.store(Word.skipCount, 0);
      this.#object.store(Word.skipFrom, from & TICKET_MASK);
      this.#object.store(Word.skipCount, (end - from) & TICKET_MASK);
    }
    this.look();
  }

  /**
   * For the parent, when it has said something: the worker begins nothing more without having looked at it.
   * @returns The ticket of the item that runs, or undefined.
   */
  look(): number | undefined {
    const before = Atomics.or(this.#words, this.#current, LOOK);
    return before & RUNNING ? before & TICKET_MASK : undefined;
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
