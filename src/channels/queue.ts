// Queue: many writers, many readers, any process.
//
//   queue object:  kind │ frames (address of the frame queue) │ state: OPEN ─► SHUT (no more puts, getters drain) │ life
//
// It lives as long as a process or a message has a handle of it: queue-handle.ts.

import { Deadline, type Wait } from '../base/deadline.js';
import { ClosedError, QueueEmptyError, QueueFullError, QueueShutDownError } from '../base/errors.js';
import { type Handle, SHIP, type ShipmentWriter } from '../base/shippable.js';
import { arena } from '../memory/arena.js';
import type { ObjectKind } from '../sync/object-kind.js';
import { Existing, SharedObject } from '../sync/shared-object.js';
import { type Readiness, WAITABLE, type Waitable } from '../sync/wait-any.js';
import { checkedSize } from './checked-size.js';
import { FrameBatch } from './frame-batch.js';
import { FrameQueue } from './frame-queue.js';
import { itemsUntil } from './items-until.js';
import { type IncomingParcel, OutgoingParcel } from './parcel.js';
import { PutLine } from './put-line.js';
import { arrayOf, PutTogether } from './put-together.js';
import { holdNewQueue, queueKind, receiveQueues, shipQueue, QueueWord as Word } from './queue-handle.js';

const State = { open: 0, shut: 1 } as const;

const DONE = Promise.resolve();

/**
 * A first-in-first-out queue between any processes; the counterpart of `multiprocessing.Queue`.
 *
 * Items live in shared memory from the moment `put` returns: there is no feeder thread, and a producer may exit before
 * anything is read. Each writer's items keep their order. An item leaves the queue when `get` hands it over: a reader
 * killed before that loses nothing, one killed after loses that one item at most; a writer killed in `put` leaves nothing
 * half-written. Not for signalling (use `Event`), nor for data that all readers need (use shared memory).
 *
 * An empty one takes 32 KiB of shared memory. It comes back when no process and no message has the queue any more, unread
 * items with it; how soon after the last process has forgotten it, its garbage collector says.
 */
export class Queue<T = unknown> extends SharedObject implements AsyncIterable<T>, Waitable {
  readonly #kind: ObjectKind;
  readonly #frames: FrameQueue;
  readonly #line = new PutLine();
  readonly #together: PutTogether;
  /** Taken by a `getMany` that could not revive one of them: for the next calls of this process. */
  readonly #stash: IncomingParcel[] = [];
  #closed = false;

  /**
   * @param maxSize How many items it holds at most; 0 or less: as many as memory allows.
   * @throws {TypeError} If `maxSize` is no whole number.
   * @throws {SystemCallError} With code ENOSPC if shared memory is full.
   */
  constructor(maxSize: number | Existing = 0, kind: ObjectKind = queueKind) {
    const fresh = maxSize instanceof Existing ? undefined : checkedSize(maxSize);
    super(kind, maxSize);
    if (fresh === undefined) {
      this.#frames = FrameQueue.attach(this.object.load(Word.frames));
    } else {
      this.#frames = this.#createFrames(fresh);
      this.object.store(Word.frames, this.#frames.address);
      if (kind === queueKind) holdNewQueue(this, this.object);
    }
    this.#kind = kind;
    this.#together = new PutTogether(this.#frames);
  }

  #createFrames(frames: number): FrameQueue {
    try {
      return FrameQueue.create({ frames });
    } catch (error) {
      arena().free(this.object.at); // there is no queue
      throw error;
    }
  }

  /**
   * Puts an item. It is serialized inside the call: changing it afterwards changes nothing.
   * @param wait How long to wait for room: milliseconds, or `{ timeout, signal }`; for ever if absent.
   * @throws {QueueFullError} If the time was over first.
   * @throws {QueueShutDownError} If the queue has been shut down. {ClosedError} If this process has closed it.
   * @throws {SerializationError | NotShippableError} If the item can't be carried; the message names the path.
   * @throws {SystemCallError} With code ENOSPC if shared memory is full; what was put before stays readable.
   */
  put(item: T, wait?: Wait): Promise<void> {
    try {
      const deadline = Deadline.from(wait);
      deadline.throwIfAborted();
      const parcel = this.#pack(item);
      if (this.#line.empty && this.#tryPut(parcel)) return DONE; // FAST PATH
      if (deadline.expired) return Promise.reject(this.#refuse(parcel));
      return this.#putLater(parcel, deadline);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The blocking twin of `put`: it stops the event loop. */
  putSync(item: T, wait?: Wait): void {
    const deadline = Deadline.from(wait);
    const parcel = this.#pack(item);
    if (this.#line.empty && this.#tryPut(parcel)) return; // FAST PATH
    parcel.keep();
    const until = (step: () => true | undefined) => this.#frames.writers.untilSync(step, deadline);
    if (!this.#line.goFirst(until) || !until(() => this.#tryPut(parcel) || undefined))
      throw this.#refuse(parcel);
  }

  /** Puts an item without waiting. @throws {QueueFullError} If there is no room. */
  putNowait(item: T): void {
    this.putSync(item, 0);
  }

  /** Puts items one after another; cheaper than as many `put`s. Waits for room as `put` does, for each. */
  async putMany(items: Iterable<T>, wait?: Wait): Promise<void> {
    const deadline = Deadline.from(wait);
    deadline.throwIfAborted();
    const batch = this.#frames.frameLimit === 0 ? new FrameBatch() : undefined;
    const list = batch && this.#kind === queueKind ? arrayOf(items) : [];
    let index = 0;
    let next = 0;
    try {
      for (const item of items) {
        if (index++ < next) continue;
        if (batch && this.#together.isWorth(list.length - index + 1)) {
          this.#putBatch(batch);
          next = index - 1 + this.#together.put(list, index - 1, this.#checkOpen);
          if (index <= next) continue;
        }
        const parcel = this.#pack(item);
        if (batch?.add(parcel)) continue;
        if (batch) this.#putBatch(batch);
        if (batch?.add(parcel) || (this.#line.empty && this.#tryPut(parcel))) continue;
        if (deadline.expired) throw this.#refuse(parcel);
        await this.#putLater(parcel, deadline);
      }
    } finally {
      if (batch) this.#putBatch(batch); // also those before one that can't be carried
    }
  }

  /**
   * Takes the oldest item, waiting for one.
   * @param wait Milliseconds, or `{ timeout, signal }`; for ever if absent.
   * @throws {QueueEmptyError} If the time was over first.
   * @throws {QueueShutDownError} If the queue is shut down and empty.
   * @throws {SerializationError} If the item can't be revived here; the queue goes on.
   */
  get(wait?: Wait): Promise<T> {
    try {
      const deadline = Deadline.from(wait);
      deadline.throwIfAborted();
      const parcel = this.#tryTake();
      if (parcel === undefined) return this.#getLater(deadline);
      return parcel.needsPreparation ? this.#openAsync(parcel) : Promise.resolve(this.#open(parcel)); // FAST PATH
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #getLater(deadline: Deadline): Promise<T> {
    const parcel = await this.#frames.readers.until(this.#tryTakeToKeep, deadline);
    if (!parcel) throw new QueueEmptyError();
    return parcel.needsPreparation ? this.#openAsync(parcel) : this.#open(parcel);
  }

  #open(parcel: IncomingParcel): T {
    try {
      return parcel.open() as T;
    } catch (error) {
      return this.#lose(parcel, error);
    }
  }

  #openAsync(parcel: IncomingParcel): Promise<T> {
    return parcel.openAsync().catch((error: unknown) => this.#lose(parcel, error)) as Promise<T>;
  }

  #lose(parcel: IncomingParcel, error: unknown): never {
    this.notRevived(parcel);
    throw error;
  }

  /** The blocking twin of `get`: it stops the event loop. */
  getSync(wait?: Wait): T {
    const parcel = this.#tryTake() ?? this.#frames.readers.untilSync(this.#tryTake, Deadline.from(wait));
    if (!parcel) throw new QueueEmptyError();
    return this.#open(parcel);
  }

  /** Takes the oldest item if there is one. @throws {QueueEmptyError} If there is none. */
  getNowait(): T {
    return this.getSync(0);
  }

  /**
   * Waits for one item and takes up to `max` of those that are there.
   * @throws {QueueEmptyError} If the time was over first. {RangeError} If `max` is no whole number from 1 up.
   */
  async getMany(max: number, wait?: Wait): Promise<T[]> {
    if (!Number.isInteger(max) || max < 1)
      throw new RangeError(`getMany takes a whole number from 1 up, got ${max}`);
    const items: T[] = [await this.get(wait)];
    while (items.length < max) {
      const room = max - items.length;
      const parcels = this.#stash.length > 0 ? this.#stash.splice(0, room) : this.takeMany(room);
      if (parcels.length === 0) break;
      for (let i = 0; i < parcels.length; i++) {
        const parcel = parcels[i];
        try {
          items.push((parcel.needsPreparation ? await parcel.openAsync() : parcel.open()) as T);
        } catch (error) {
          // What came before it is given now; this error and what came after it to the next calls.
          this.#stash.unshift(parcel.fail(error), ...parcels.slice(i + 1));
          return items;
        }
      }
    }
    return items;
  }

  /** How many items are in the queue now; exact, in every process. */
  qsize(): number {
    return this.#frames.size + this.#stash.length;
  }

  empty(): boolean {
    return this.qsize() === 0;
  }

  full(): boolean {
    return this.#frames.full;
  }

  /** This process puts no more; it may still get. Other processes are not touched. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Nobody puts any more, in any process. Getters take what is left, then get QueueShutDownError.
   * @param options `immediate`: what is left is thrown away.
   */
  shutdown(options: { immediate?: boolean } = {}): void {
    this.object.store(Word.state, State.shut);
    if (options.immediate) {
      for (let parcel = this.#frames.tryTake(); parcel; parcel = this.#frames.tryTake()) parcel.discard();
    }
    this.#frames.readers.wakeAll();
    this.#frames.writers.wakeAll();
  }

  /** Items as they come, until the queue is shut down and empty. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return itemsUntil(QueueShutDownError, () => this.get());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  override [SHIP](writer: ShipmentWriter): Handle {
    const handle = super[SHIP]();
    return this.#kind === queueKind ? shipQueue(this.object, writer) : handle;
  }

  [WAITABLE](): Readiness {
    const ready = () => this.qsize() > 0 || this.object.load(Word.state) === State.shut;
    return { queues: [this.#frames.readers], ready };
  }

  // What a queue that keeps account of its items does differently.

  protected get frames(): FrameQueue {
    return this.#frames;
  }

  protected pack(item: T): OutgoingParcel {
    return OutgoingParcel.of(item, 'item');
  }

  protected takeOne(): IncomingParcel | undefined {
    return this.#frames.tryTake();
  }

  protected takeMany(max: number): IncomingParcel[] {
    return this.#frames.tryTakeBatch(max);
  }

  /** A parcel that was taken could not be opened: nobody has its item. */
  protected notRevived(_parcel: IncomingParcel): void {}

  #pack(item: T): OutgoingParcel {
    this.#checkOpen();
    return this.pack(item);
  }

  #putBatch(batch: FrameBatch): void {
    if (batch.frames > 0) this.#frames.tryPutBatch(batch, this.#checkOpen);
    batch.clear();
  }

  #tryPut(parcel: OutgoingParcel): boolean {
    try {
      return this.#frames.tryPut(parcel, this.#checkOpen);
    } catch (error) {
      parcel.abandon();
      throw error;
    }
  }

  async #putLater(parcel: OutgoingParcel, deadline: Deadline): Promise<void> {
    parcel.keep();
    let put: true | undefined;
    try {
      put = await this.#line.enter(
        deadline,
        () => this.#tryPut(parcel),
        (step) => this.#frames.writers.until(step, deadline),
      );
    } catch (error) {
      parcel.abandon(); // aborted while it waited
      throw error;
    }
    if (!put) throw this.#refuse(parcel);
  }

  #refuse(parcel: OutgoingParcel): QueueFullError {
    parcel.abandon();
    return new QueueFullError();
  }

  readonly #tryTake = (): IncomingParcel | undefined => {
    if (this.#stash.length > 0) return this.#stash.shift();
    const parcel = this.takeOne();
    if (parcel || this.object.load(Word.state) === State.open) return parcel;
    const last = this.takeOne(); // put before the shutdown, after the first look
    if (!last) throw new QueueShutDownError();
    return last;
  };

  /** For a step of `until`: between the step and the caller's next line another get may take. */
  readonly #tryTakeToKeep = (): IncomingParcel | undefined => this.#tryTake()?.keep();

  readonly #checkOpen = (): void => {
    if (this.#closed) throw new ClosedError('this process has closed the queue: it can not put any more');
    if (this.object.load(Word.state) === State.shut) throw new QueueShutDownError();
  };
}

receiveQueues((existing) => new Queue(existing));
