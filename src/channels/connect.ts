// connect: the client's side of a connection over a socket.

import { createConnection, type Socket } from 'node:net';
import { Deadline, type WaitOptions } from '../base/deadline.js';
import { SystemCallError, TimeoutError } from '../base/errors.js';
import type { Connection } from './connection.js';
import { proveToListener } from './handshake.js';
import { describeAddress, endpointOf, type SocketAddress } from './socket-address.js';
import { limitsOf, type SocketOptions } from './socket-options.js';
import { StreamConnection } from './stream-connection.js';

export interface ConnectOptions extends SocketOptions, WaitOptions {}

/**
 * Connects to a `Listener`, in any program on any machine; the counterpart of `multiprocessing.connection.Client`.
 *
 * The connection is as one of a `Pipe`, with what sockets can't do: shared objects do not travel through it, its blocking
 * twins do not wait, and it stays in its process. It is authenticated, not encrypted.
 * @param options `authkey`; `timeout` in milliseconds and `signal` for the whole call; limits.
 * @throws {AuthenticationError} If the two sides do not have the same authkey.
 * @throws {SystemCallError} If nobody listens there (ECONNREFUSED, ENOENT), or the address can't be reached.
 * @throws {TimeoutError} If the time is over, or the peer does not answer the handshake.
 */
export async function connect<T = unknown>(
  address: SocketAddress,
  options: ConnectOptions,
): Promise<Connection<T>> {
  const endpoint = endpointOf(address);
  const limits = limitsOf(options);
  const deadline = Deadline.from(options);
  deadline.throwIfAborted();
  const socket = createConnection(endpoint);
  const fail = failing(socket);
  const { signal } = deadline;
  const onAbort = () => fail(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const left = deadline.remainingMs();
  const limitMs = Math.min(left, limits.handshakeTimeoutMs);
  const timer = setTimeout(
    () => fail(new TimeoutError(`${describeAddress(address)} has not answered in ${Math.ceil(limitMs)} ms`)),
    limitMs,
  );
  try {
    await Promise.race([fail.failed, connected(socket, address)]);
    await Promise.race([fail.failed, proveToListener(socket, limits.key)]);
    return new StreamConnection<T>(socket, limits.maxMessageBytes);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A function that ends the attempt with an error, and the promise that is rejected then. */
function failing(socket: Socket): ((error: unknown) => void) & { failed: Promise<never> } {
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // heard by who races it
  socket.on('error', () => {}); // told by `connected`, or seen as the end
  return Object.assign((error: unknown) => fail(error), { failed });
}

function connected(socket: Socket, address: SocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? 'UNKNOWN';
      const message = `can not connect to ${describeAddress(address)}: ${code}`;
      reject(new SystemCallError(message, code, Math.abs(error.errno ?? 0), error.syscall ?? 'connect'));
    });
  });
}
