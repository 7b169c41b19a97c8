// Event: a flag that processes wait for.
//
//   flag word: 0 clear │ 1 set       `set` is one store and, if somebody waits, a wake of all

import { Deadline, type Wait } from '../base/deadline.js';
import { layout } from '../memory/record-layout.js';
import { defineKind } from './object-kind.js';
import { type Existing, SharedObject, shipAs } from './shared-object.js';
import type { EventSnapshot } from './snapshot.js';
import { type Readiness, WAITABLE, type Waitable } from './wait-any.js';
import { WaitQueue } from './wait-queue.js';

const Word = layout(['kind', 'flag', 'latch', 'head', 'tail', 'count']);

const eventKind = defineKind({ code: 3, name: 'Event' });

/** A flag that any process can set, clear and wait for; the counterpart of `multiprocessing.Event`. */
export class Event extends SharedObject implements Waitable {
  readonly #waiting: WaitQueue;

  constructor(existing?: Existing) {
    super(eventKind, existing);
    this.#waiting = new WaitQueue(this.object.at, Word.latch);
  }

  isSet(): boolean {
    return this.object.load(Word.flag) === 1;
  }

  /** Sets the flag and wakes everyone who waits. Waits for nobody; may be called from a signal handler. */
  set(): void {
    this.object.store(Word.flag, 1);
    this.#waiting.wakeAll();
  }

  clear(): void {
    this.object.store(Word.flag, 0);
  }

  /**
   * Waits until the flag is set.
   * @returns False if the time was over first.
   * @throws The signal's reason, if it is aborted.
   */
  async wait(wait?: Wait): Promise<boolean> {
    return (await this.#waiting.until(this.#look, Deadline.from(wait))) === true;
  }

  /** The blocking twin of `wait`: it stops the event loop. */
  waitSync(wait?: Wait): boolean {
    return this.#waiting.untilSync(this.#look, Deadline.from(wait)) === true;
  }

  [WAITABLE](): Readiness {
    return { queues: [this.#waiting], ready: () => this.isSet() };
  }

  /** Whether it is set and how many wait, as of now. */
  snapshot(): EventSnapshot {
    return { isSet: this.isSet(), waiters: this.#waiting.count };
  }

  readonly #look = (): true | undefined => (this.isSet() ? true : undefined);
}

shipAs(eventKind, (existing) => new Event(existing));
