// One end of a pipe in shared memory.

import { Deadline, type Wait } from '../base/deadline.js';
import {
  BrokenPipeError,
  BufferTooShortError,
  ClosedError,
  EOFError,
  StateError,
  TimeoutError,
} from '../base/errors.js';
import { type Handle, SHIP, type ShipmentWriter, type Shippable } from '../base/shippable.js';
import type { HoldCell } from '../sync/hold.js';
import { type Readiness, WAITABLE, type Waitable } from '../sync/wait-any.js';
import { bytePart } from './byte-part.js';
import type { Connection } from './connection.js';
import type { FrameQueue } from './frame-queue.js';
import { itemsUntil } from './items-until.js';
import { type IncomingParcel, OutgoingParcel } from './parcel.js';
import { PutLine } from './put-line.js';

/** What a connection needs to know of the pipe it is an end of. */
export interface PipeEnd {
  readonly incoming: FrameQueue | undefined;
  readonly outgoing: FrameQueue | undefined;
  readonly hold: HoldCell;
  peerIsGone(): boolean;
  release(): void;
  ship(writer: ShipmentWriter): Handle;
}

const DONE = Promise.resolve();

// An end that is forgotten is closed when it is collected, as in Python.
const forgotten = new FinalizationRegistry<PipeEnd>((end) => end.release());

export class RingConnection<T> implements Connection<T>, Shippable, Waitable {
  readonly #end: PipeEnd;
  readonly #line = new PutLine();
  #closed = false;
  /** Whether a wait on this end keeps the program alive; the library's own services say no. */
  keepAlive = true;

  constructor(end: PipeEnd) {
    this.#end = end;
    forgotten.register(this, end, this);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get readable(): boolean {
    return this.#end.incoming !== undefined;
  }

  get writable(): boolean {
    return this.#end.outgoing !== undefined;
  }

  send(value: T, wait?: Wait): Promise<void> {
    try {
      const queue = this.#outgoing();
      return this.#put(queue, OutgoingParcel.of(value, 'value'), wait);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  sendSync(value: T, wait?: Wait): void {
    const deadline = Deadline.from(wait);
    const queue = this.#outgoing();
    const parcel = OutgoingParcel.of(value, 'value');
    if (this.#line.empty && this.#tryPut(queue, parcel)) return; // FAST PATH
    parcel.keep();
    const until = (step: () => true | undefined) => queue.writers.untilSync(step, deadline);
    if (this.#line.goFirst(until) && until(() => this.#tryPut(queue, parcel) || undefined)) return;
    parcel.abandon();
    throw new TimeoutError('the peer did not make room in time');
  }

  async recv(wait?: Wait): Promise<T> {
    const parcel = await this.#take(Deadline.from(wait));
    return (parcel.needsPreparation ? await parcel.openAsync() : parcel.open()) as T;
  }

  recvSync(wait?: Wait): T {
    const queue = this.#incoming();
    const parcel =
      queue.tryTake() ?? queue.readers.untilSync(() => this.#tryTake(queue), Deadline.from(wait));
    if (!parcel) throw new TimeoutError('nothing was received in time');
    return parcel.open() as T;
  }

  /** Receives the next value if it is there, without waiting; undefined if not. For the library's own loops. */
  tryTakeParcel(): IncomingParcel | undefined {
    return this.#tryTake(this.#incoming());
  }

  async poll(wait: Wait = 0): Promise<boolean> {
    const queue = this.#incoming();
    const options = { keepAlive: this.keepAlive };
    return (await queue.readers.until(() => this.#look(queue), Deadline.from(wait), options)) === true;
  }

  pollSync(wait: Wait = 0): boolean {
    const queue = this.#incoming();
    return queue.readers.untilSync(() => this.#look(queue), Deadline.from(wait)) === true;
  }

  sendBytes(bytes: ArrayBufferView | ArrayBuffer, offset = 0, size?: number, wait?: Wait): Promise<void> {
    try {
      const queue = this.#outgoing();
      return this.#put(queue, OutgoingParcel.ofBytes(bytePart(bytes, offset, size)), wait);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async recvBytes(maxLength?: number, wait?: Wait): Promise<Buffer> {
    if (maxLength !== undefined && !(maxLength >= 0)) {
      throw new RangeError(`maxLength must not be negative, got ${maxLength}`);
    }
    const parcel = await this.#take(Deadline.from(wait), maxLength);
    return Buffer.from(parcel.bytes);
  }

  async recvBytesInto(buffer: ArrayBufferView | ArrayBuffer, offset = 0, wait?: Wait): Promise<number> {
    const target = bytePart(buffer, offset);
    const { bytes } = await this.#take(Deadline.from(wait), target.length);
    target.set(bytes);
    return bytes.length;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    forgotten.unregister(this);
    this.#end.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return itemsUntil(EOFError, () => this.recv());
  }

  [WAITABLE](): Readiness {
    const queue = this.#incoming();
    return { queues: [queue.readers], ready: () => this.#look(queue) === true };
  }

  [SHIP](writer: ShipmentWriter): Handle {
    this.#checkOpen();
    return this.#end.ship(writer);
  }

  #put(queue: FrameQueue, parcel: OutgoingParcel, wait: Wait): Promise<void> {
    if (this.#line.empty && this.#tryPut(queue, parcel)) return DONE; // FAST PATH
    parcel.keep();
    const deadline = Deadline.from(wait);
    const options = { keepAlive: this.keepAlive };
    const tried = this.#line.enter(
      deadline,
      () => this.#tryPut(queue, parcel),
      (step) => queue.writers.until(step, deadline, options),
    );
    return tried.then(
      (put) => {
        if (put) return;
        parcel.abandon();
        throw new TimeoutError('the peer did not make room in time');
      },
      (error) => {
        parcel.abandon();
        throw error;
      },
    );
  }

  #tryPut(queue: FrameQueue, parcel: OutgoingParcel): boolean {
    try {
      this.#checkOpen(); // before the queue is touched: of a closed pipe the memory may be somebody else's
      return queue.tryPut(parcel, this.#checkPeer);
    } catch (error) {
      parcel.abandon();
      throw error;
    }
  }

  readonly #checkPeer = (): void => {
    this.#checkOpen();
    if (this.#end.peerIsGone()) throw new BrokenPipeError();
  };

  /** @param maxLength The message stays where it is if it is longer. */
  async #take(deadline: Deadline, maxLength?: number): Promise<IncomingParcel> {
    const queue = this.#incoming();
    deadline.throwIfAborted();
    const tryTake =
      maxLength === undefined ? () => this.#tryTake(queue) : () => this.#tryTakeUpTo(queue, maxLength);
    const take = () => tryTake()?.keep(); // another recv may take before the caller's next line
    const parcel = take() ?? (await queue.readers.until(take, deadline, { keepAlive: this.keepAlive }));
    if (!parcel) throw new TimeoutError('nothing was received in time');
    return parcel;
  }

  #tryTake(queue: FrameQueue): IncomingParcel | undefined {
    this.#checkOpen();
    const parcel = queue.tryTake();
    if (parcel) return parcel;
    if (!this.#end.peerIsGone()) return undefined;
    const last = queue.tryTake(); // sent before the peer went, after the first look
    if (!last) throw new EOFError();
    return last;
  }

  #tryTakeUpTo(queue: FrameQueue, maxLength: number): IncomingParcel | undefined {
    this.#checkOpen();
    const size = queue.peekBytes();
    if (size !== undefined && size > maxLength) {
      throw new BufferTooShortError(
        `the message has ${size} bytes, more than ${maxLength}; it can be received again`,
      );
    }
    return this.#tryTake(queue);
  }

  #look(queue: FrameQueue): true | undefined {
    this.#checkOpen();
    return queue.size > 0 || this.#end.peerIsGone() ? true : undefined;
  }

  #incoming(): FrameQueue {
    this.#checkOpen();
    if (!this.#end.incoming) throw new StateError('this end of a one-way pipe only sends');
    return this.#end.incoming;
  }

  #outgoing(): FrameQueue {
    this.#checkOpen();
    if (!this.#end.outgoing) throw new StateError('this end of a one-way pipe only receives');
    return this.#end.outgoing;
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError('the connection is closed');
  }
}
