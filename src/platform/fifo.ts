// A doorbell: a named pipe whose bytes mean nothing but "look". The owner's event loop reads it through epoll/kqueue
// (no thread of libuv's pool is taken); anybody who may open the file can ring.

import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { openDescriptor } from './descriptor.js';
import { declare, errno, throwErrno } from './libc.js';
import { os } from './os.js';

const mkfifo = declare<[string, number], number>('int mkfifo(const char *path, unsigned int mode)');

const RING = Buffer.from([1]);

/** @throws {SystemCallError} If the system refuses. */
export function makeFifo(path: string): void {
  if (mkfifo(path, 0o600) !== 0) throwErrno('mkfifo', errno(), `can not make the named pipe ${path}`);
}

/** The reading side, owned by the process that is rung. */
export class FifoBell {
  readonly #socket: Socket;
  readonly #path: string;

  constructor(path: string, onRing: () => void) {
    this.#path = path;
    makeFifo(path);
    // Opened for writing too: without a writer the fifo would be at its end all the time.
    const fd = openDescriptor(path, constants.O_RDWR | constants.O_NONBLOCK | os.closeOnExec);
    const onread = {
      buffer: Buffer.alloc(64),
      callback: () => {
        onRing();
        return true;
      },
    };
    // Loaded at the first doorbell: many processes need none, and all would pay for it when they start.
    const net = process.getBuiltinModule('node:net');
    this.#socket = new net.Socket({ fd, readable: true, writable: false, onread } as ConstructorParameters<
      typeof Socket
    >[0]);
    this.#socket.on('error', () => this.close());
    this.#socket.resume();
    this.#socket.unref();
  }

  /** Whether waiting for a ring keeps the program alive. */
  keepAlive(keep: boolean): void {
    if (keep) this.#socket.ref();
    else this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
    try {
      unlinkSync(this.#path);
    } catch {
      // The session directory is gone already.
    }
  }
}

/** The ringing side: a descriptor kept by whoever rings. */
export class FifoRinger {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  }

  /** False if the owner of the bell is gone. */
  ring(): boolean {
    try {
      writeSync(this.#fd, RING);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EAGAIN'; // full of rings not yet read: rung
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}
