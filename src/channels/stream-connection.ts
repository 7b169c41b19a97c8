// One end of an authenticated socket.
//
//   send ─► [room?] ─► socket ~~~ peer's socket ─► frames ─► inbox ─► recv
//             │                                                └─ above INBOX_BYTES the socket is not read: the peer waits
//             └─ above OUTBOX_BYTES not yet taken by the kernel, sends wait in line
//
// A message is handed to the socket whole or not at all, so that a send whose time is over has sent nothing. `close` sends
// what was handed over, then hangs up. Only the event loop reads a socket: a blocking twin does what it can without
// waiting, and where it would have to wait it is a StateError.

import type { Socket } from 'node:net';
import { Deadline, type Wait } from '../base/deadline.js';
import {
  BrokenPipeError,
  BufferTooShortError,
  ClosedError,
  EOFError,
  NotShippableError,
  StateError,
  TimeoutError,
} from '../base/errors.js';
import { type Handle, SHIP, type Shippable } from '../base/shippable.js';
import { type Readiness, WAITABLE, type Waitable } from '../sync/wait-any.js';
import { bytePart } from './byte-part.js';
import type { Connection } from './connection.js';
import { itemsUntil } from './items-until.js';
import { LocalWait } from './local-wait.js';
import { FrameSplitter, frameOf, frameOfBytes, StreamMessage } from './stream-message.js';

const INBOX_BYTES = 1024 * 1024;
const OUTBOX_BYTES = 128 * 1024;
/** How long a closed end goes on so that what it had sent arrives. */
const LINGER_MS = 10_000;

export class StreamConnection<T = unknown> implements Connection<T>, Shippable, Waitable {
  readonly #socket: Socket;
  readonly #limit: number;
  readonly #splitter: FrameSplitter;
  readonly #inbox: StreamMessage[] = [];
  readonly #arrivals = new LocalWait();
  readonly #room = new LocalWait();
  #inboxBytes = 0;
  #waits = 0;
  #closed = false;
  #peerGone = false;
  /** Why nothing can be received any more, if the peer broke the rules. */
  #failure: Error | undefined;

  /** @param socket Connected, and past the handshake. */
  constructor(socket: Socket, maxMessageBytes: number) {
    this.#socket = socket;
    this.#limit = maxMessageBytes;
    this.#splitter = new FrameSplitter(maxMessageBytes);
    socket.setNoDelay(true);
    socket.unref(); // as with any other connection, only a wait keeps the program alive
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => this.#room.notify());
    for (const event of ['end', 'close', 'error']) socket.on(event, this.#onGone);
    socket.resume();
    if (socket.destroyed) this.#onGone();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get readable(): boolean {
    return true;
  }

  get writable(): boolean {
    return true;
  }

  send(value: T, wait?: Wait): Promise<void> {
    return this.#send(() => frameOf(value, 'value', this.#limit), wait);
  }

  /** @throws {StateError} If there is no room in the socket's buffer: only the event loop empties it. */
  sendSync(value: T, _wait?: Wait): void {
    this.#checkSendable();
    const frame = frameOf(value, 'value', this.#limit);
    if (!this.#tryWrite(frame)) throw this.#wouldBlock('sendSync');
  }

  async recv(wait?: Wait): Promise<T> {
    const message = await this.#wait(this.#arrivals, () => this.#tryTake(), wait);
    if (!message) throw new TimeoutError('nothing was received in time');
    return (await message.open()) as T;
  }

  /** @throws {StateError} If nothing has come in yet: only the event loop reads a socket. */
  recvSync(wait?: Wait): T {
    const message = this.#tryTake();
    if (message) return message.openSync() as T;
    if (Deadline.from(wait).expired) throw new TimeoutError('nothing was received in time');
    throw this.#wouldBlock('recvSync');
  }

  async poll(wait: Wait = 0): Promise<boolean> {
    return (await this.#wait(this.#arrivals, () => this.#look(), wait)) === true;
  }

  /** @throws {StateError} If nothing has come in yet and it was to wait. */
  pollSync(wait: Wait = 0): boolean {
    if (this.#look()) return true;
    if (Deadline.from(wait).expired) return false;
    throw this.#wouldBlock('pollSync');
  }

  sendBytes(bytes: ArrayBufferView | ArrayBuffer, offset = 0, size?: number, wait?: Wait): Promise<void> {
    return this.#send(() => frameOfBytes(bytePart(bytes, offset, size), this.#limit), wait);
  }

  async recvBytes(maxLength?: number, wait?: Wait): Promise<Buffer> {
    if (maxLength !== undefined && !(maxLength >= 0))
      throw new RangeError(`maxLength must not be negative, got ${maxLength}`);
    return Buffer.from(await this.#takeBytes(maxLength, wait));
  }

  async recvBytesInto(buffer: ArrayBufferView | ArrayBuffer, offset = 0, wait?: Wait): Promise<number> {
    const target = bytePart(buffer, offset);
    const bytes = await this.#takeBytes(target.length, wait);
    target.set(bytes);
    return bytes.length;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox.length = 0;
    this.#inboxBytes = 0;
    const socket = this.#socket;
    socket.removeAllListeners('data');
    socket.resume(); // what still comes in is thrown away: hanging up over unread bytes would cancel what we have sent
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    this.#arrivals.notify();
    this.#room.notify();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return itemsUntil(EOFError, () => this.recv());
  }

  /** @throws {NotShippableError} Always: a socket is of its process. */
  [SHIP](): Handle {
    throw new NotShippableError(
      'a socket connection stays in its process: let the other one connect itself, or send an end of a Pipe',
    );
  }

  [WAITABLE](): Readiness {
    return {
      queues: [],
      ready: () => this.#look() === true,
      watch: (watcher) => this.#arrivals.watch(watcher),
    };
  }

  async #send(build: () => Buffer, wait: Wait): Promise<void> {
    const deadline = Deadline.from(wait);
    deadline.throwIfAborted();
    this.#checkSendable();
    const frame = build();
    const put = await this.#wait(this.#room, () => this.#tryWrite(frame) || undefined, deadline);
    if (!put) throw new TimeoutError('the peer did not make room in time');
  }

  #tryWrite(frame: Buffer): boolean {
    this.#checkSendable();
    if (this.#socket.writableLength > OUTBOX_BYTES) return false;
    this.#socket.write(frame);
    return true;
  }

  async #takeBytes(maxLength: number | undefined, wait: Wait): Promise<Uint8Array> {
    const message = await this.#wait(this.#arrivals, () => this.#tryTake(maxLength), wait);
    if (!message) throw new TimeoutError('nothing was received in time');
    return message.payload;
  }

  /** Waits in a line of this process, and keeps the program alive so long. */
  async #wait<R>(line: LocalWait, step: () => R | undefined, wait: Wait | Deadline): Promise<R | undefined> {
    const deadline = wait instanceof Deadline ? wait : Deadline.from(wait);
    if (this.#waits++ === 0) this.#socket.ref();
    try {
      return await line.until(step, deadline);
    } finally {
      if (--this.#waits === 0) this.#socket.unref();
    }
  }

  #tryTake(maxLength?: number): StreamMessage | undefined {
    this.#checkOpen();
    const message = this.#inbox[0];
    if (message) {
      const size = message.payload.length;
      if (maxLength !== undefined && size > maxLength)
        throw new BufferTooShortError(
          `the message has ${size} bytes, more than ${maxLength}; it can be received again`,
        );
      this.#inbox.shift();
      this.#inboxBytes -= size;
      if (this.#inboxBytes <= INBOX_BYTES) this.#socket.resume();
      return message;
    }
    if (this.#failure) throw this.#failure;
    if (this.#peerGone) throw new EOFError();
    return undefined;
  }

  #look(): true | undefined {
    this.#checkOpen();
    return this.#inbox.length > 0 || this.#peerGone || this.#failure ? true : undefined;
  }

  #receive(chunk: Buffer): void {
    try {
      for (const body of this.#splitter.add(chunk)) {
        const message = new StreamMessage(body);
        this.#inbox.push(message);
        this.#inboxBytes += message.payload.length;
      }
    } catch (error) {
      this.#failure = error as Error;
      this.#socket.destroy();
    }
    if (this.#inboxBytes > INBOX_BYTES) this.#socket.pause();
    this.#arrivals.notify();
  }

  readonly #onGone = (): void => {
    this.#peerGone = true;
    this.#arrivals.notify();
    this.#room.notify();
  };

  #checkSendable(): void {
    this.#checkOpen();
    if (this.#peerGone || this.#failure) throw new BrokenPipeError();
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError('the connection is closed');
  }

  #wouldBlock(verb: string): StateError {
    const twin = verb.replace('Sync', '');
    return new StateError(
      `${verb} would have to wait, and only the event loop serves a socket: await ${twin}()`,
    );
  }
}
