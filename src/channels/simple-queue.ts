// SimpleQueue: a queue with nothing but put, get, empty and close.

import type { Wait } from '../base/deadline.js';
import { ClosedError } from '../base/errors.js';
import { type Handle, registerShippable, SHIP, type Shippable } from '../base/shippable.js';
import { type Readiness, WAITABLE, type Waitable } from '../sync/wait-any.js';
import { Queue } from './queue.js';

const KIND = 'SimpleQueue';

// One that has travelled comes back as the same object.
const known = new WeakMap<Queue<unknown>, WeakRef<SimpleQueue<unknown>>>();

/**
 * A first-in-first-out queue that is not limited and can't be shut down; the counterpart of `multiprocessing.SimpleQueue`.
 * It is a `Queue` in all other respects. After `close` this process neither puts nor gets; others are not touched.
 */
export class SimpleQueue<T = unknown> implements Shippable, Waitable, Disposable {
  readonly #queue: Queue<T>;
  #closed = false;

  /**
   * @param queue The queue under it; a new one unless said.
   * @throws {SystemCallError} With code ENOSPC if shared memory is full.
   */
  constructor(queue: Queue<T> = new Queue<T>()) {
    this.#queue = queue;
    known.set(this.#queue as Queue<unknown>, new WeakRef(this as SimpleQueue<unknown>));
  }

  /**
   * Puts an item; it never waits.
   * @throws {ClosedError} If this process has closed the queue.
   * @throws {SerializationError | NotShippableError} If the item can't be carried; the message names the path.
   * @throws {SystemCallError} With code ENOSPC if shared memory is full.
   */
  put(item: T): Promise<void> {
    return this.#queue.put(item);
  }

  /** `put` without a promise. */
  putSync(item: T): void {
    this.#queue.putSync(item);
  }

  /**
   * Takes the oldest item, waiting for one.
   * @param wait Milliseconds, or `{ timeout, signal }`; for ever if absent.
   * @throws {QueueEmptyError} If the time was over first. {ClosedError} If this process has closed the queue.
   */
  async get(wait?: Wait): Promise<T> {
    this.#checkOpen();
    return this.#queue.get(wait);
  }

  /** The blocking twin of `get`: it stops the event loop. */
  getSync(wait?: Wait): T {
    this.#checkOpen();
    return this.#queue.getSync(wait);
  }

  /** @throws {ClosedError} If this process has closed the queue. */
  empty(): boolean {
    this.#checkOpen();
    return this.#queue.empty();
  }

  /** This process neither puts nor gets any more. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#queue.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [WAITABLE](): Readiness {
    this.#checkOpen();
    return this.#queue[WAITABLE]();
  }

  [SHIP](): Handle {
    return { kind: KIND, data: this.#queue };
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError('this process has closed the queue');
  }
}

registerShippable(KIND, (data) => {
  const queue = data as Queue<unknown>;
  return known.get(queue)?.deref() ?? new SimpleQueue(queue);
});
