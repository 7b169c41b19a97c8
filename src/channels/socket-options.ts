// What Listener and connect have in common: the secret, and the limits that keep a peer from using up time or memory.

import { HANDSHAKE_TIMEOUT_MS, keyOf } from './handshake.js';
import { MAX_MESSAGE_BYTES } from './stream-message.js';

export interface SocketOptions {
  /** The secret that both sides know; it is never sent. */
  authkey: string | Uint8Array;
  /** The longest message in bytes, to send or to receive; 256 MiB unless said. */
  maxMessageBytes?: number;
  /** How long a peer may take for its handshake, in milliseconds; 10,000 unless said. */
  handshakeTimeout?: number;
}

export interface SocketLimits {
  readonly key: Buffer;
  readonly maxMessageBytes: number;
  readonly handshakeTimeoutMs: number;
}

/** @throws {TypeError | RangeError} If an option is wrong. */
export function limitsOf(options: SocketOptions): SocketLimits {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options must be an object with an authkey, got ${String(options)}`);
  const { maxMessageBytes = MAX_MESSAGE_BYTES, handshakeTimeout = HANDSHAKE_TIMEOUT_MS } = options;
  if (!Number.isInteger(maxMessageBytes) || maxMessageBytes < 1 || maxMessageBytes > 0xffffffff)
    throw new RangeError(
      `maxMessageBytes must be a whole number from 1 to 4294967295, got ${maxMessageBytes}`,
    );
  if (!(handshakeTimeout > 0) || handshakeTimeout > 2 ** 31 - 1)
    throw new RangeError(
      `handshakeTimeout must be a positive number of milliseconds, got ${handshakeTimeout}`,
    );
  return { key: keyOf(options.authkey), maxMessageBytes, handshakeTimeoutMs: handshakeTimeout };
}
