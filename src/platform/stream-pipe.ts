// A pipe inside this process, for what one of its threads writes and another reads as a stream.

import { constants, openSync, unlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { openDescriptor } from './descriptor.js';
import { makeFifo } from './fifo.js';
import { os } from './os.js';

export interface StreamPipe {
  readonly reader: Socket;
  /** It does not block: a full pipe is EAGAIN. To be closed with fs.closeSync: then the reader is at its end. */
  readonly writeEnd: number;
}

/**
 * Makes one.
 * @param path Of a file that is there for a moment only.
 * @throws {SystemCallError} If the system refuses.
 */
export function openStreamPipe(path: string): StreamPipe {
  makeFifo(path);
  try {
    const fd = openDescriptor(path, constants.O_RDONLY | constants.O_NONBLOCK | os.closeOnExec);
    const net = process.getBuiltinModule('node:net');
    const reader = new net.Socket({ fd, readable: true, writable: false });
    return { reader, writeEnd: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
  } finally {
    unlinkSync(path);
  }
}
