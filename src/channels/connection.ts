// Connection: one end of a channel between two parties; the same whatever carries it.

import type { Wait } from '../base/deadline.js';
import type { Waitable } from '../sync/wait-any.js';

/**
 * One end of a pipe; the counterpart of `multiprocessing.connection.Connection`.
 *
 * An end may be held by several processes; it is closed when the last of them has closed it or has ended. Then the other
 * side receives what was sent, and after that EOFError.
 */
export interface Connection<Send = unknown, Receive = Send>
  extends AsyncIterable<Receive>,
    Disposable,
    Waitable {
  /**
   * Sends a value. It is serialized inside the call.
   * @throws {BrokenPipeError} If nobody holds the other end. {StateError} If this end only receives.
   * @throws {SerializationError | NotShippableError} If the value can't be carried; the message names the path.
   * @throws {TimeoutError} If the peer did not make room in time. {ClosedError} If this end is closed.
   */
  send(value: Send, wait?: Wait): Promise<void>;
  /** The blocking twin of `send`. */
  sendSync(value: Send, wait?: Wait): void;
  /**
   * Receives the next value.
   * @throws {EOFError} If nobody holds the other end and everything has been received.
   * @throws {TimeoutError} If the time was over first. {StateError} If this end only sends. {ClosedError} If it is closed.
   */
  recv(wait?: Wait): Promise<Receive>;
  /** The blocking twin of `recv`. */
  recvSync(wait?: Wait): Receive;
  /** Whether `recv` would not wait: a value, or the end, is there. Waits for that up to `wait`; 0 if absent. */
  poll(wait?: Wait): Promise<boolean>;
  /** The blocking twin of `poll`. */
  pollSync(wait?: Wait): boolean;
  /** Sends bytes as they are, to be received by `recvBytes`. */
  sendBytes(bytes: ArrayBufferView | ArrayBuffer, offset?: number, size?: number, wait?: Wait): Promise<void>;
  /**
   * Receives bytes that were sent by `sendBytes`.
   * @throws {BufferTooShortError} If there are more than `maxLength`; the message can be received again.
   */
  recvBytes(maxLength?: number, wait?: Wait): Promise<Buffer>;
  /**
   * Receives bytes into a buffer; resolves to their number.
   * @throws {BufferTooShortError} If they do not fit; the message can be received again.
   */
  recvBytesInto(buffer: ArrayBufferView | ArrayBuffer, offset?: number, wait?: Wait): Promise<number>;
  /** Gives this end up. Idempotent. */
  close(): void;
  readonly closed: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
}
