// How a worker is asked to end the item it runs, and kept from beginning another one before it is killed.
//
//   parent, to end an item:    why, asked ← ticket + 1, and a ring        the item's signal fires, if its task has looked at it
//   worker, its task looks:    listener ← ticket + 1
//   parent, before SIGTERM:    halted ← 1                                 the worker begins nothing more: what is killed is what was meant
//
// SYNC POINT listen: the worker says that the task listens, then reads `asked`; the parent sets `asked`, then reads who listens.
// SYNC POINT halt: the parent sets `halted`, then LOOK on the board, which tells it what runs; the worker, who finds LOOK there when it
// begins the next one, takes it off, then reads `halted`.
//
// The parent owns the object, so recovery of the worker leaves it.

import { Deadline } from '../base/deadline.js';
import { type Address, arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import { WaitQueue } from '../sync/wait-queue.js';

const Word = layout(['kind', 'asked', 'why', 'listener', 'halted', 'latch', 'head', 'tail', 'count']);

const requestKind = defineKind({ code: 31, name: 'EndRequest' });

/** Why an item is to end. */
export const EndReason = { timeout: 1, unwanted: 2 } as const;
export type EndReason = (typeof EndReason)[keyof typeof EndReason];

export class EndRequest {
  readonly #object: ObjectWords;
  /** The worker, while it waits to be asked. */
  readonly #listeners: WaitQueue;

  private constructor(object: ObjectWords) {
    this.#object = object;
    this.#listeners = new WaitQueue(object.at, Word.latch);
  }

  static create(): EndRequest {
    return new EndRequest(ObjectWords.create(requestKind));
  }

  static attach(at: Address): EndRequest {
    return new EndRequest(ObjectWords.attach(at, requestKind));
  }

  get address(): Address {
    return this.#object.at;
  }

  /** For the parent: the item with this ticket is to end. */
  ask(ticket: number, why: EndReason): void {
    this.#object.store(Word.why, why);
    this.#object.store(Word.asked, ticket + 1);
    this.#listeners.wakeAll();
  }

  /** For the parent, after `ask`: whether the task has looked at its signal. SYNC POINT listen. */
  isHeardBy(ticket: number): boolean {
    return this.#object.load(Word.listener) === ticket + 1;
  }

  /** For the parent: the worker begins nothing more. SYNC POINT halt. */
  halt(): void {
    this.#object.store(Word.halted, 1);
  }

  /** For the parent: it goes on. */
  goOn(): void {
    this.#object.store(Word.halted, 0);
    this.#listeners.wakeAll();
  }

  free(): void {
    this.#object.store(Word.kind, 0);
    arena().free(this.#object.at);
  }

  /** For the worker: the task looks at its signal. SYNC POINT listen. */
  listen(ticket: number): void {
    this.#object.store(Word.listener, ticket + 1);
  }

  /** For the worker: why the item with this ticket is to end, or undefined. */
  endOf(ticket: number): EndReason | undefined {
    if (this.#object.load(Word.asked) !== ticket + 1) return undefined;
    return this.#object.load(Word.why) as EndReason;
  }

  /** For the worker: the item that is asked to end, as soon as it is another one than that. Keeps no program alive. */
  async nextAsked(except: number | undefined): Promise<number> {
    const asked = await this.#listeners.until(
      () => {
        const now = this.#object.load(Word.asked);
        return now === 0 || now - 1 === except ? undefined : now;
      },
      Deadline.never,
      { keepAlive: false },
    );
    return (asked as number) - 1;
  }

  /** For the worker, when its board says that there is something to look at. SYNC POINT halt. */
  get halted(): boolean {
    return this.#object.load(Word.halted) === 1;
  }

  /** For the worker: resolves when it may go on; never, if it is killed instead. */
  async untilGoingOn(): Promise<void> {
    await this.#listeners.until(() => (this.halted ? undefined : true), Deadline.never);
  }
}
