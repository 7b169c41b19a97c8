// The word that says who holds a lock, and the queue of those who want it: what Lock and RLock are made of.
//
//   state word:  0 free │ agent id of the holder │ ABANDONED: free, and the last holder died while it held
//
// Taking it and saying who took it are one compare-and-swap; uncontended, neither taking nor freeing makes a system call.

import type { Deadline } from '../base/deadline.js';
import { killPoint } from '../base/kill-point.js';
import { type AgentId, NOBODY } from '../memory/agent.js';
import { layout } from '../memory/record-layout.js';
import { Session } from '../memory/session.js';
import type { ObjectWords } from './object-words.js';
import { suspect } from './recovery.js';
import { WAIT_QUEUE_WORDS, WaitQueue } from './wait-queue.js';

/** Where the words are in the object of a lock. */
const Word = layout(['kind', 'state', 'latch', 'head', 'tail', 'count']);
/** Words that a kind of lock may use for itself come behind these. */
export const FIRST_OWN_WORD = Word.latch + WAIT_QUEUE_WORDS;

const FREE = 0;
const ABANDONED = 0x40000000;

interface Takeable {
  tryAcquire(): boolean;
}

export class HolderWord {
  readonly #object: ObjectWords;
  readonly #words: Int32Array;
  readonly #state: number;
  readonly #count: number;
  readonly #self: AgentId = Session.current().self;
  #waiting: WaitQueue | undefined;
  /** Whether the holder before this process's last `tryTake` had died. */
  abandoned = false;

  constructor(object: ObjectWords) {
    this.#object = object;
    this.#words = object.words;
    this.#state = object.base + Word.state;
    this.#count = object.base + Word.count;
  }

  /** Recovery: the dead holder's lock is free. */
  static recover(object: ObjectWords, dead: AgentId): void {
    if (object.swap(Word.state, dead, ABANDONED)) new WaitQueue(object.at, Word.latch).wake(1);
  }

  tryTake(): boolean {
    const before = Atomics.compareExchange(this.#words, this.#state, FREE, this.#self);
    if (before === FREE) {
      this.abandoned = false;
      return true;
    }
    if (before !== ABANDONED) return false;
    if (Atomics.compareExchange(this.#words, this.#state, ABANDONED, this.#self) !== ABANDONED) return false;
    this.abandoned = true;
    return true;
  }

  /** Frees it, whoever holds it. False if it was free. */
  free(): boolean {
    const before = Atomics.exchange(this.#words, this.#state, FREE);
    if (before === FREE) return false;
    if (before === ABANDONED) {
      Atomics.compareExchange(this.#words, this.#state, FREE, ABANDONED);
      return false;
    }
    CHAOS: killPoint('lock.release.freed');
    if (Atomics.load(this.#words, this.#count) !== 0) this.#queue.wake(1);
    return true;
  }

  /** Who holds it; nobody if it is free. */
  get holder(): AgentId {
    const state = Atomics.load(this.#words, this.#state);
    return state === ABANDONED ? NOBODY : state;
  }

  get isOurs(): boolean {
    return Atomics.load(this.#words, this.#state) === this.#self;
  }

  /** How many wait for it. */
  get waiters(): number {
    return Atomics.load(this.#words, this.#count);
  }

  /** Waits until the lock of this word can be taken; false if the time was over first. */
  async take(lock: Takeable, deadline: Deadline): Promise<boolean> {
    return (await this.#queue.until(() => lock.tryAcquire() || undefined, deadline, this.#options)) === true;
  }

  takeSync(lock: Takeable, deadline: Deadline): boolean {
    return this.#queue.untilSync(() => lock.tryAcquire() || undefined, deadline, this.#options) === true;
  }

  get #options() {
    return { beforeSleep: () => suspect(this.holder) };
  }

  get #queue(): WaitQueue {
    this.#waiting ??= new WaitQueue(this.#object.at, Word.latch);
    return this.#waiting;
  }
}
