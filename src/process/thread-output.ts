// process.stdout and process.stderr of a thread: each write goes to its descriptor inside the call.
//
// Those that a worker has by itself send what is written through the event loop of its parent: it would be late while the
// parent blocks or computes, and lost when the thread is ended, or the program.

import { writeSync } from 'node:fs';
import type { Writable } from 'node:stream';

/** In place of a descriptor: what is written goes nowhere. */
export const NOWHERE = -1;

const NAP_MS = 1;

/** From now on this thread's output goes to these descriptors. */
export function redirectOutput(stdout: number, stderr: number): void {
  redirect('stdout', stdout);
  redirect('stderr', stderr);
}

/** The stream stays Node's own, which Node goes on to use: only what it does with what is written is another. */
function redirect(name: 'stdout' | 'stderr', fd: number): void {
  const before = Object.getOwnPropertyDescriptor(process, name);
  let stream: Writable | undefined;
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get: () => {
      stream ??= writingTo(fd, before?.get?.call(process) as Writable); // at the first use: many threads print nothing
      return stream;
    },
  });
}

function writingTo(fd: number, stream: Writable): Writable {
  stream._write = (chunk: Buffer | string, encoding, done) => {
    let failure: Error | null = null;
    try {
      if (fd !== NOWHERE) writeWhole(fd, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    } catch (error) {
      failure = error as Error;
    }
    done(failure);
  };
  Object.assign(stream, { _writev: null, fd, ...terminalFacts(fd) });
  return stream;
}

/** What decides about colours. */
function terminalFacts(fd: number): object {
  if (fd === NOWHERE) return {};
  const tty = process.getBuiltinModule('node:tty');
  if (!tty.isatty(fd)) return {};
  const { getColorDepth, hasColors } = tty.WriteStream.prototype;
  return { isTTY: true, getColorDepth, hasColors };
}

/** Writes all of it; sleeps while a pipe that does not block is full. */
export function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP_MS);
    }
  }
}
