// Where a lock was taken: recorded only while the deadlock detector is on (MANYHANDS_DEADLOCK_MS), readable from any process.
//
//   lock's object: … │ address ──► block of the holder:  [ lock │ agent │ length of name │ length of stack │ name, stack (UTF-8) ]
//
// Each process has one block for each lock it takes, and writes it again at each taking. The block is its own, so it goes
// when the process does. Who reads checks that the block is still about this lock and this holder.

import { fileURLToPath } from 'node:url';
import type { AgentId } from '../memory/agent.js';
import { type Address, arena } from '../memory/arena.js';
import { Session } from '../memory/session.js';
import { ACQUIRED_AT_WORD } from './holder-layout.js';
import type { ObjectWords } from './object-words.js';

/** How long a wait for a lock may be before deadlocks are looked for, in milliseconds; 0 = the detector is off. */
export const deadlockLimitMs = limitFrom(process.env['MANYHANDS_DEADLOCK_MS']);
/** Whether the detector is on: where locks are taken is recorded. */
export const detecting = deadlockLimitMs > 0;

export interface AcquiredAt {
  /** Name of the process that took the lock. */
  readonly name: string;
  readonly stack: string;
}

const BLOCK_BYTES = 4096;
const HEADER_BYTES = 16;
const MOST_LOCKS = 256; // of one process: beyond, it is not recorded where

const blocks = new Map<Address, Address>();
let nameOfProcess = () => '';

/** Says how this process is called in reports. */
export function callThisProcess(name: () => string): void {
  nameOfProcess = name;
}

/** The stack of the caller, without this library's own frames. */
export function stackHere(): string {
  const here = { stack: '' };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 20;
  Error.captureStackTrace(here, stackHere);
  Error.stackTraceLimit = limit;
  const own = fileURLToPath(new URL('.', import.meta.url));
  const frames = here.stack.split('\n').slice(1);
  return frames.filter((frame) => !frame.includes(own) && !frame.includes('node:internal')).join('\n');
}

/** This process has taken the lock, called from `stack`. */
export function recordAcquired(object: ObjectWords, stack: string): void {
  const block = blockFor(object.at);
  if (block === undefined) return;
  const bytes = arena().bytesOf(block);
  const header = new Int32Array(bytes.buffer, bytes.byteOffset, HEADER_BYTES / 4);
  Atomics.store(header, 0, 0); // not to be read meanwhile
  const encoder = new TextEncoder();
  const nameBytes = encoder.encodeInto(nameOfProcess().slice(0, 100), bytes.subarray(HEADER_BYTES)).written;
  const stackBytes = encoder.encodeInto(stack, bytes.subarray(HEADER_BYTES + nameBytes, BLOCK_BYTES)).written;
  header[1] = Session.current().self;
  header[2] = nameBytes;
  header[3] = stackBytes;
  Atomics.store(header, 0, object.at);
  object.store(ACQUIRED_AT_WORD, block);
}

/** What `holder` has recorded when it took the lock; undefined if its detector is off. */
export function acquiredAt(object: ObjectWords, holder: AgentId): AcquiredAt | undefined {
  const block = object.load(ACQUIRED_AT_WORD);
  if (block === 0) return undefined;
  try {
    if (arena().ownerOf(block) !== holder) return undefined;
    const bytes = arena().bytesOf(block);
    const [lock, agent, nameBytes, stackBytes] = new Int32Array(bytes.buffer, bytes.byteOffset, 4);
    if (lock !== object.at || agent !== holder) return undefined;
    const stackAt = HEADER_BYTES + Math.min(nameBytes, BLOCK_BYTES - HEADER_BYTES);
    // Copied first: a decoder takes no view of memory that others write.
    const decoder = new TextDecoder();
    const copy = bytes.slice(0, Math.min(BLOCK_BYTES, stackAt + stackBytes));
    return {
      name: decoder.decode(copy.subarray(HEADER_BYTES, stackAt)),
      stack: decoder.decode(copy.subarray(stackAt)),
    };
  } catch {
    return undefined; // the holder has just died, and its block is gone
  }
}

function blockFor(lock: Address): Address | undefined {
  let block = blocks.get(lock);
  if (block === undefined && blocks.size < MOST_LOCKS) {
    try {
      block = arena().takeBlock(BLOCK_BYTES);
      blocks.set(lock, block);
    } catch {} // Shared memory is full. The lock has been taken: it is not recorded where.
  }
  return block;
}

function limitFrom(text: string | undefined): number {
  const limit = Number(text);
  return text !== undefined && limit > 0 ? limit : 0;
}
