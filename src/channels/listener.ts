// Listener: takes connections over a socket, each behind a handshake of its own.
//
//   server ─► socket ─► handshake (its own deadline; MOST_STRANGERS at a time) ─┬─ authentic ─► arrivals ─► accept()
//                                                                              ├─ impostor ──► arrivals (an error)
//                                                                              └─ lost ──────► nobody is told
//
// Handshakes run beside each other from the moment a peer connects, whether anybody waits in `accept` or not: one that is
// slow or silent holds up nobody. Above MOST_STRANGERS the one that has been silent longest makes room for the next.

import { createServer, type Server, type Socket } from 'node:net';
import { Deadline, type Wait } from '../base/deadline.js';
import {
  AuthenticationError,
  ClosedError,
  StateError,
  SystemCallError,
  TimeoutError,
} from '../base/errors.js';
import { Session } from '../memory/session.js';
import { type Readiness, WAITABLE, type Waitable } from '../sync/wait-any.js';
import type { Connection } from './connection.js';
import { examineClient } from './handshake.js';
import { LocalWait } from './local-wait.js';
import { describeAddress, endpointOf, type SocketAddress } from './socket-address.js';
import { limitsOf, type SocketLimits, type SocketOptions } from './socket-options.js';
import { StreamConnection } from './stream-connection.js';

const MOST_STRANGERS = 128;
const MOST_REFUSALS = 16;

export interface ListenerOptions extends SocketOptions {
  /** The path of a Unix socket, or host and port (0: any free one). Unless said: a Unix socket nobody else can reach. */
  address?: SocketAddress;
  /** How many connections the kernel keeps before they are taken; as Node has it (511) unless said. */
  backlog?: number;
}

let made = 0;

/**
 * Takes connections from other programs; the counterpart of `multiprocessing.connection.Listener`.
 *
 * Both sides prove that they know `authkey` before anything else is read. Not for processes of one program: a `Pipe` is
 * faster and carries shared objects.
 */
export class Listener<T = unknown> implements Waitable, Disposable {
  readonly #limits: SocketLimits;
  readonly #server: Server;
  readonly #asked: SocketAddress;
  readonly #arrivals: (StreamConnection<T> | AuthenticationError)[] = [];
  readonly #line = new LocalWait();
  readonly #strangers = new Set<Socket>();
  readonly #ready: Promise<void>;
  #accepting = 0;
  #closed = false;
  #failure: SystemCallError | undefined;

  /** @throws {TypeError | RangeError} If an option is wrong. That the address is in use is told by `ready` and `accept`. */
  constructor(options: ListenerOptions) {
    this.#limits = limitsOf(options);
    this.#asked = options.address ?? Session.current().path(`listener-${process.pid}-${++made}`);
    const endpoint = endpointOf(this.#asked);
    const { backlog } = options;
    if (backlog !== undefined && !(Number.isInteger(backlog) && backlog > 0))
      throw new RangeError(`backlog must be a whole number from 1 up, got ${backlog}`);
    this.#server = createServer((socket) => void this.#examine(socket));
    this.#ready = new Promise((resolve, reject) => {
      this.#server.once('listening', resolve);
      this.#server.on('error', (error: NodeJS.ErrnoException) => reject(this.#fail(error)));
      this.#server.once('close', () => reject(new ClosedError('the listener was closed')));
    });
    this.#ready.catch(() => {}); // heard by who awaits ready() or accept()
    this.#server.listen(backlog === undefined ? endpoint : { ...endpoint, backlog });
    this.#server.unref(); // as with connections, only a wait keeps the program alive
  }

  /** Resolves when it listens. @throws {SystemCallError} If it can not: EADDRINUSE, EACCES. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /**
   * Where it can be reached; with port 0 the port it was given.
   * @throws {StateError} If the port is not known yet: await `ready()` first.
   */
  get address(): SocketAddress {
    if (typeof this.#asked === 'string') return this.#asked;
    const bound = this.#server.address();
    const { host } = endpointOf(this.#asked) as { host: string };
    if (bound && typeof bound === 'object') return { host, port: bound.port };
    if (this.#asked.port !== 0) return { host, port: this.#asked.port };
    throw new StateError(
      'the listener does not listen yet: await listener.ready() before reading its address',
    );
  }

  /**
   * The next connection.
   * @param wait How long to wait for one: milliseconds, or `{ timeout, signal }`; for ever if absent.
   * @throws {AuthenticationError} If a peer came with another authkey; the listener goes on.
   * @throws {TimeoutError} If the time was over first. {ClosedError} If the listener is closed.
   * @throws {SystemCallError} If it can not listen.
   */
  async accept(wait?: Wait): Promise<Connection<T>> {
    const deadline = Deadline.from(wait);
    if (this.#accepting++ === 0) this.#server.ref();
    try {
      const arrival = await this.#line.until(() => this.#tryAccept(), deadline);
      if (!arrival) throw new TimeoutError('nobody connected in time');
      if (arrival instanceof AuthenticationError) throw arrival;
      return arrival;
    } finally {
      if (--this.#accepting === 0) this.#server.unref();
    }
  }

  /** Takes no more connections; those accepted stay open, the others are closed. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#server.close();
    for (const stranger of this.#strangers) stranger.destroy();
    for (const arrival of this.#arrivals.splice(0)) if (arrival instanceof StreamConnection) arrival.close();
    this.#line.notify();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [WAITABLE](): Readiness {
    return {
      queues: [],
      ready: () => this.#closed || this.#failure !== undefined || this.#arrivals.length > 0,
      watch: (watcher) => this.#line.watch(watcher),
    };
  }

  #tryAccept(): StreamConnection<T> | AuthenticationError | undefined {
    const arrival = this.#arrivals.shift();
    if (arrival) return arrival;
    if (this.#closed) throw new ClosedError('the listener is closed');
    if (this.#failure) throw this.#failure;
    return undefined;
  }

  async #examine(socket: Socket): Promise<void> {
    socket.on('error', () => {}); // seen as the end
    socket.unref();
    if (this.#closed) return void socket.destroy();
    this.#makeRoom();
    this.#strangers.add(socket);
    const timer = setTimeout(() => socket.destroy(), this.#limits.handshakeTimeoutMs).unref();
    const verdict = await examineClient(socket, this.#limits.key);
    clearTimeout(timer);
    this.#strangers.delete(socket);
    if (verdict === 'authentic' && !this.#closed) {
      this.#arrivals.push(new StreamConnection<T>(socket, this.#limits.maxMessageBytes));
    } else {
      if (verdict === 'impostor') this.#noteImpostor();
      hangUp(socket, this.#limits.handshakeTimeoutMs);
    }
    this.#line.notify();
  }

  /** The longest silent stranger goes if there are too many. */
  #makeRoom(): void {
    const [oldest] = this.#strangers;
    if (this.#strangers.size < MOST_STRANGERS || !oldest) return;
    this.#strangers.delete(oldest);
    oldest.destroy();
  }

  #noteImpostor(): void {
    const refusals = this.#arrivals.filter((arrival) => arrival instanceof AuthenticationError).length;
    if (refusals < MOST_REFUSALS) this.#arrivals.push(new AuthenticationError('a peer has another authkey'));
  }

  #fail(error: NodeJS.ErrnoException): SystemCallError {
    const code = error.code ?? 'UNKNOWN';
    const message = `can not listen on ${describeAddress(this.#asked)}: ${code}`;
    this.#failure = new SystemCallError(message, code, Math.abs(error.errno ?? 0), error.syscall ?? 'listen');
    this.#line.notify();
    return this.#failure;
  }
}

/** Says what was written, and goes; what the peer still sends is not kept. */
function hangUp(socket: Socket, patienceMs: number): void {
  socket.resume();
  socket.end();
  setTimeout(() => socket.destroy(), patienceMs).unref();
}
