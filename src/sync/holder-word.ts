// The word that says who holds a lock, and the queue of those who want it: what Lock and RLock are made of.
//
// Its words are in holder-layout.ts. Taking it and saying who took it are one compare-and-swap; uncontended, neither taking nor freeing makes a system call.

import { Deadline } from '../base/deadline.js';
import { killPoint } from '../base/kill-point.js';
import type { AgentId } from '../memory/agent.js';
import type { Address } from '../memory/arena.js';
import { Session } from '../memory/session.js';
import { deadlockLimitMs, detecting, recordAcquired, stackHere } from './acquired-at.js';
import { lookForDeadlocks, watchWait } from './deadlock-watch.js';
import { ABANDONED, FREE, HolderLayout, holderIn } from './holder-layout.js';
import type { ObjectWords } from './object-words.js';
import { suspect } from './recovery.js';
import { WaitQueue } from './wait-queue.js';

/** By address of a lock that this process holds: whom to wake when it has freed it. */
const wakesAtFree = new Map<Address, Set<WaitQueue>>();

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
    this.#state = object.base + HolderLayout.state;
    this.#count = object.base + HolderLayout.count;
  }

  /** Recovery: the dead holder's lock is free. */
  static recover(object: ObjectWords, dead: AgentId): void {
    if (object.swap(HolderLayout.state, dead, ABANDONED))
      new WaitQueue(object.at, HolderLayout.latch).wake(1);
  }

  tryTake(): boolean {
    const before = Atomics.compareExchange(this.#words, this.#state, FREE, this.#self);
    if (before === FREE) {
      this.abandoned = false;
    } else {
      if (before !== ABANDONED) return false;
      if (Atomics.compareExchange(this.#words, this.#state, ABANDONED, this.#self) !== ABANDONED)
        return false;
      this.abandoned = true;
    }
    if (detecting) recordAcquired(this.#object, stackHere());
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
    if (wakesAtFree.size > 0) this.#wakeOthers();
    return true;
  }

  /**
   * All who wait in a queue are woken when this process frees the lock, which it holds and no other process can free:
   * they want the lock, and woken earlier would only lie down again. If it dies before, recovery wakes everybody.
   */
  wakeAtFree(queue: WaitQueue): void {
    const queues = wakesAtFree.get(this.#object.at);
    if (queues) queues.add(queue);
    else wakesAtFree.set(this.#object.at, new Set([queue]));
  }

  #wakeOthers(): void {
    const queues = wakesAtFree.get(this.#object.at) ?? [];
    wakesAtFree.delete(this.#object.at);
    for (const queue of queues) queue.wakeAll();
  }

  /** Who holds it; nobody if it is free. */
  get holder(): AgentId {
    return holderIn(Atomics.load(this.#words, this.#state));
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
    if (detecting) return this.#takeWatched(lock, deadline);
    return (await this.#queue.until(() => lock.tryAcquire() || undefined, deadline, this.#options)) === true;
  }

  takeSync(lock: Takeable, deadline: Deadline): boolean {
    if (detecting) return this.#takeWatchedSync(lock, deadline);
    return this.#queue.untilSync(() => lock.tryAcquire() || undefined, deadline, this.#options) === true;
  }

  async #takeWatched(lock: Takeable, deadline: Deadline): Promise<boolean> {
    const stack = stackHere(); // the caller's: later only the end of the wait is on it
    const unwatch = watchWait();
    try {
      const taken = await this.#queue.until(() => lock.tryAcquire() || undefined, deadline, this.#options);
      if (taken) recordAcquired(this.#object, stack);
      return taken === true;
    } finally {
      unwatch();
    }
  }

  /** Sleeps for the detector's limit at a time, and looks for deadlocks when it lies down again. */
  #takeWatchedSync(lock: Takeable, deadline: Deadline): boolean {
    let slept = 0;
    const beforeSleep = () => {
      suspect(this.holder);
      if (slept++ > 0) lookForDeadlocks(true);
    };
    for (;;) {
      const part = Deadline.from(Math.min(deadlockLimitMs, deadline.remainingMs()));
      if (this.#queue.untilSync(() => lock.tryAcquire() || undefined, part, { beforeSleep })) return true;
      if (deadline.expired) return false;
    }
  }

  get #options() {
    return { beforeSleep: () => suspect(this.holder) };
  }

  get #queue(): WaitQueue {
    this.#waiting ??= new WaitQueue(this.#object.at, HolderLayout.latch);
    return this.#waiting;
  }
}
