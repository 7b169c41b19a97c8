// Part of an open file mapped into memory, from a byte that is a multiple of 64 KiB on: its buffer is exactly that part.
//
// `unmap` puts private zero pages over the mapping, as in mapped-file.ts: a view that is still around reads zeros and never
// faults. The addresses themselves are given back when the buffer has been collected, closed or not.

import { declare, errno, throwErrno, viewMemory } from './libc.js';
import { os } from './os.js';
import { forgetMapping, noteMapping } from './thread-mappings.js';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

/** No page of any system is larger: where a mapping may begin. */
export const MAPPING_ALIGNMENT = 64 * 1024;

const mmap = declare<[number, number, number, number, number, number], number>(
  'intptr_t mmap(intptr_t address, size_t length, int protection, int flags, int fd, long offset)',
);
const munmap = declare<[number, number], number>('int munmap(intptr_t address, size_t length)');

const collected = new FinalizationRegistry<{ pointer: number; sizeBytes: number }>(
  ({ pointer, sizeBytes }) => {
    forgetMapping(pointer);
    munmap(pointer, sizeBytes);
  },
);

export class MappedRange {
  readonly buffer: ArrayBuffer;
  readonly #pointer: number;
  #mapped = true;

  /** @throws {SystemCallError} If the system refuses. The file may be closed afterwards. */
  constructor(fd: number, offset: number, sizeBytes: number) {
    this.#pointer = mmap(0, sizeBytes, PROT_READ_WRITE, MAP_SHARED, fd, offset);
    if (this.#pointer === -1) throwErrno('mmap', errno(), `can not map ${sizeBytes} bytes of shared memory`);
    noteMapping(this.#pointer, sizeBytes);
    this.buffer = viewMemory(this.#pointer, sizeBytes);
    collected.register(this.buffer, { pointer: this.#pointer, sizeBytes });
  }

  /** Gives the memory back; the buffer reads zeros from now on. */
  unmap(): void {
    if (!this.#mapped) return;
    this.#mapped = false;
    const result = mmap(this.#pointer, this.buffer.byteLength, PROT_READ_WRITE, os.mapAnonymousFixed, -1, 0);
    if (result === -1) throwErrno('mmap', errno(), 'can not unmap shared memory');
  }
}
