// Shared memory that any process of the same user finds by its name, outside of every session.
//
//   /dev/shm/manyhands-shm-<uid>-<name>        mode 0600
//   ┌──────────────────────────────┬──────────────────────────────┬───────┬─────────────────────────────┐
//   │ 0: identity, 48 bytes        │ 48: adoption, 144 bytes      │   –   │ 65536: the data, `size` B   │
//   └──────────────────────────────┴──────────────────────────────┴───────┴─────────────────────────────┘
//   identity  magic, version, size, who made it (pid, start time, its how-manieth), checksum
//   adoption  empty, or the name of the session it was sent around in, and a checksum
//
// It is the property of the process that made it and, from when that process sends it to another one, of the whole session:
// when the owner has ended, anybody removes it. The file is made under a name of its own and linked to its name when it is
// complete, so a name never leads to half a header; what has no valid header is somebody else's, and left alone.

import { constants as bufferLimits } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { SystemCallError } from '../base/errors.js';
import { nodeOs } from '../base/late-builtins.js';
import { MAPPING_ALIGNMENT, MappedRange } from '../platform/mapped-range.js';
import { os } from '../platform/os.js';
import { isAlive, ownIdentity } from '../platform/process-identity.js';
import {
  ADOPTION_AT,
  adoptionRecord,
  HEADER_BYTES,
  identityRecord,
  type MemoryIdentity,
  readAdoption,
  readIdentity,
} from './named-header.js';
import { livesOn } from './session-directory.js';

const DATA_AT = MAPPING_ALIGNMENT;
const PREFIX = `manyhands-shm-${process.getuid?.() ?? 0}-`;
const UNFINISHED = /^manyhands-shmnew-(\d+)-([0-9a-z]+)-\d+$/;
const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

/** The largest size: what an ArrayBuffer can have. */
export const MOST_NAMED_BYTES = bufferLimits.MAX_LENGTH;
/** The longest name, in bytes: a file name has 255. */
export const LONGEST_NAME = 200;

/** A named memory as this process has it. */
export interface NamedMemory {
  readonly range: MappedRange;
  readonly identity: MemoryIdentity;
  readonly path: string;
  /** Of the file: its name may lead to another one later. */
  readonly inode: number;
}

let made = 0;

/** A name that nobody else has. */
export function inventName(): string {
  const { pid, startTime } = ownIdentity();
  return `mh-${pid.toString(36)}-${startTime.toString(36)}-${(made + 1).toString(36)}`;
}

/**
 * Makes a new one, all zero.
 * @param fill Writes what has to be there before anybody can attach.
 * @throws {SystemCallError} EEXIST if there is one of that name. ENOSPC if shared memory is full; nothing is left then.
 */
export function createNamed(
  directory: string,
  name: string,
  size: number,
  fill?: (buffer: ArrayBuffer) => void,
): NamedMemory {
  const path = pathOf(directory, name);
  if (occupied(path)) throw exists(name);
  const identity = { size, ...ownIdentity(), serial: ++made };
  const unfinished = join(
    directory,
    `manyhands-shmnew-${identity.pid}-${identity.startTime.toString(36)}-${made}`,
  );
  const fd = openSync(unfinished, O_RDWR | O_CREAT | O_EXCL, 0o600);
  try {
    ftruncate(fd, DATA_AT + size);
    os.reserve(fd, 0, HEADER_BYTES);
    os.reserve(fd, DATA_AT, size);
    writeSync(fd, identityRecord(identity), 0, undefined, 0);
    const range = new MappedRange(fd, DATA_AT, size);
    fill?.(range.buffer);
    publish(unfinished, path, name);
    return { range, identity, path, inode: fstatSync(fd).ino };
  } finally {
    unlinkSync(unfinished);
    closeSync(fd);
  }
}

/**
 * The one of that name.
 * @throws {SystemCallError} ENOENT if there is none, or its owner has ended. EINVAL if the file of that name is not one.
 */
export function attachNamed(directory: string, name: string): NamedMemory {
  const path = pathOf(directory, name);
  const fd = openOwn(path, name);
  try {
    const stats = fstatSync(fd);
    const identity = readHeader(fd, stats);
    if (typeof identity === 'string') {
      throw failure(
        'EINVAL',
        `${path} is no shared memory of this library: ${identity}. Remove it, or take another name`,
      );
    }
    if (!ownerLives(fd, identity, directory)) {
      removeFile(path, stats.ino);
      throw missing(name, 'the process that made it has ended');
    }
    return { range: new MappedRange(fd, DATA_AT, identity.size), identity, path, inode: stats.ino };
  } finally {
    closeSync(fd);
  }
}

/** From now on it belongs to a whole session, not to the process that made it. */
export function adopt({ path, inode }: NamedMemory, sessionDirectory: string): void {
  try {
    const fd = openSync(path, O_RDWR | O_NOFOLLOW);
    try {
      if (fstatSync(fd).ino === inode) {
        writeSync(fd, adoptionRecord(basename(sessionDirectory)), 0, undefined, ADOPTION_AT);
      }
    } finally {
      closeSync(fd);
    }
  } catch {
    // Its name is gone: nobody will look for its owner.
  }
}

/** Takes its name away. False if the name is gone, or leads to another memory by now. */
export function removeFile(path: string, inode: number): boolean {
  try {
    if (lstatSync(path).ino !== inode) return false;
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Removes what owners that have ended have left in a directory; the names of the files. */
export function sweepNamedMemory(directory: string): string[] {
  return readdirSync(directory).filter((file) => {
    const unfinished = UNFINISHED.exec(file);
    if (unfinished) {
      const maker = { pid: Number(unfinished[1]), startTime: Number.parseInt(unfinished[2], 36) };
      return !isAlive(maker) && removeOwn(join(directory, file));
    }
    return file.startsWith(PREFIX) && removeIfLeft(join(directory, file));
  });
}

/** @throws {SystemCallError} ENOENT, as a second `unlink` says it. */
export function missing(name: string, why: string): SystemCallError {
  return failure('ENOENT', `there is no shared memory named '${name}': ${why}`);
}

function occupied(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined && !removeIfLeft(path);
}

/** Removes a memory whose owner has ended. False for anything else. */
function removeIfLeft(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return false; // removed by another process meanwhile, or not ours
  }
  try {
    const stats = fstatSync(fd);
    const identity = readHeader(fd, stats);
    if (typeof identity === 'string' || ownerLives(fd, identity, join(path, '..'))) return false;
    return removeFile(path, stats.ino);
  } finally {
    closeSync(fd);
  }
}

function removeOwn(path: string): boolean {
  try {
    const stats = lstatSync(path);
    return stats.isFile() && stats.uid === process.getuid?.() && removeFile(path, stats.ino);
  } catch {
    return false;
  }
}

/** Who made it, or why the file is no named memory. */
function readHeader(fd: number, stats: Stats): MemoryIdentity | string {
  if (!stats.isFile()) return 'it is no file';
  if (stats.uid !== process.getuid?.()) return 'it belongs to another user';
  const identity = readIdentity(readBytes(fd, 0, ADOPTION_AT));
  if (typeof identity === 'string') return identity;
  if (identity.size < 1 || identity.size > MOST_NAMED_BYTES) return `its size is ${identity.size}`;
  const expected = DATA_AT + identity.size;
  return stats.size === expected ? identity : `it has ${stats.size} bytes and not ${expected}`;
}

function ownerLives(fd: number, identity: MemoryIdentity, directory: string): boolean {
  if (isAlive(identity)) return true;
  const session = readAdoption(readBytes(fd, ADOPTION_AT, HEADER_BYTES - ADOPTION_AT));
  return session !== undefined && livesOn(join(directory, session));
}

function readBytes(fd: number, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, from));
}

function openOwn(path: string, name: string): number {
  try {
    return openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw missing(name, 'nobody has made it, or it was unlinked');
    if (code === 'ELOOP' || code === 'EISDIR' || code === 'ENXIO') {
      throw failure('EINVAL', `${path} is no shared memory of this library: it is no file`);
    }
    throw failure(code ?? 'EINVAL', `can not attach to shared memory named '${name}': ${message}`);
  }
}

function ftruncate(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size);
  } catch (error) {
    const { code = 'EINVAL', message } = error as NodeJS.ErrnoException;
    throw failure(
      code === 'EFBIG' ? 'ENOSPC' : code,
      `can not make shared memory of ${size} bytes: ${message}`,
    );
  }
}

function publish(unfinished: string, path: string, name: string): void {
  try {
    linkSync(unfinished, path);
  } catch (error) {
    const { code = 'EINVAL', message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(name);
    throw failure(code, `can not make shared memory named '${name}': ${message}`);
  }
}

function exists(name: string): SystemCallError {
  return failure(
    'EEXIST',
    `there is shared memory named '${name}' already: attach without create, or take another name`,
  );
}

function failure(code: string, message: string): SystemCallError {
  const number = (nodeOs().constants.errno as Record<string, number | undefined>)[code] ?? 0;
  return new SystemCallError(`${message} (${code})`, code, number, 'shared memory');
}

function pathOf(directory: string, name: string): string {
  return join(directory, PREFIX + name);
}
