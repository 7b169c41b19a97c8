// A file mapped into memory, shared with every process that maps it.
//
// The file is made sparse and is reserved piece by piece before it is touched (`reserve`): a page that the device has no
// room for would be an uncatchable SIGBUS on touch, while a refused reservation is an ordinary error.
// It is never shrunk. An ArrayBuffer over mapped memory can't be detached, so `unmap` puts private zero pages over the
// mapping: a view that is still around reads zeros and never faults.

import { closeSync, constants, fstatSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { declare, errno, throwErrno, viewMemory } from './libc.js';
import { os } from './os.js';
import { noteMapping } from './thread-mappings.js';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

const mmap = declare<[number, number, number, number, number, number], number>(
  'intptr_t mmap(intptr_t address, size_t length, int protection, int flags, int fd, long offset)',
);

export class MappedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly pointer: number;
  readonly buffer: ArrayBuffer;
  #mapped = true;

  private constructor(path: string, fd: number, sizeBytes: number) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.pointer = mmap(0, sizeBytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    if (this.pointer === -1) throwErrno('mmap', errno(), `can not map ${path}`);
    noteMapping(this.pointer, sizeBytes);
    this.buffer = viewMemory(this.pointer, sizeBytes);
  }

  /**
   * Makes a new file of `sizeBytes`, of which the first `reservedBytes` may be touched at once.
   * @throws {SystemCallError} With code ENOSPC if the device is full; nothing is left behind.
   */
  static create(path: string, sizeBytes: number, reservedBytes: number): MappedFile {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      ftruncateSync(fd, sizeBytes);
      os.reserve(fd, 0, reservedBytes);
      return new MappedFile(path, fd, sizeBytes);
    } catch (error) {
      unlinkSync(path);
      throw error;
    } finally {
      closeSync(fd);
    }
  }

  static open(path: string): MappedFile {
    const fd = openSync(path, constants.O_RDWR);
    try {
      return new MappedFile(path, fd, fstatSync(fd).size);
    } finally {
      closeSync(fd);
    }
  }

  /** @throws {SystemCallError} With code ENOSPC if the device has no room for these bytes. */
  reserve(offset: number, length: number): void {
    const fd = openSync(this.path, constants.O_RDWR);
    try {
      os.reserve(fd, offset, length);
    } finally {
      closeSync(fd);
    }
  }

  /** Gives the memory back; the buffer reads zeros from now on. */
  unmap(): void {
    if (!this.#mapped) return;
    this.#mapped = false;
    const result = mmap(this.pointer, this.sizeBytes, PROT_READ_WRITE, os.mapAnonymousFixed, -1, 0);
    if (result === -1) throwErrno('mmap', errno(), `can not unmap ${this.path}`);
  }
}
