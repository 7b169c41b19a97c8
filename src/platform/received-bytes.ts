// Copies of received bytes, and what becomes of their memory. A large message is one small object to V8 and a megabyte to
// the machine: the engine looks for garbage when a few megabytes have come, and then looks through the whole heap, on all
// processors, ten times as long as the message took. And the C library gives each piece of memory back to the kernel, whose fresh
// pages cost as much again as the copy. So:
//
//   every 8 MB received     the young generation alone is collected (0.1 to 0.7 ms); most of what was received is in it
//   the first time          malloc is shown one free of 16 MB: what is smaller it keeps for itself from then on, 32 MB at most (glibc)
//
// Then it rests for as long as that took, so a program with much that is young does not collect all the time. The
// function that collects is hidden in V8: a flag shows it to contexts made meanwhile, of which there is one. Where it can't be had,
// V8 collects as it does without us.

import { createContext, runInContext } from 'node:vm';
import { nodeV8 } from '../base/late-builtins.js';
import { declare } from './libc.js';

type Collect = (options: { type: 'minor' }) => void;

/** V8 lets a small heap grow by less than 10 MB, received bytes included, before it looks through all of it. */
const BYTES_BETWEEN = 8e6;
const LARGEST_KEPT = 16 << 20;

const allocate = declare<[number], number>('intptr_t malloc(size_t sizeBytes)');
const free = declare<[number], void>('void free(intptr_t pointer)');

let received = 0;
let restUntil = 0;
let collect: Collect | undefined | null;

/** A copy with a buffer of its own, not zeroed first. */
export function copyReceived(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  received += bytes.length;
  if (received >= BYTES_BETWEEN) collectYoung();
  const { buffer } = Buffer.allocUnsafeSlow(bytes.length);
  const copy = new Uint8Array(buffer);
  copy.set(bytes);
  return copy;
}

function collectYoung(): void {
  received = 0;
  if (collect === undefined) {
    collect = findCollector();
    free(allocate(LARGEST_KEPT));
  }
  const start = performance.now();
  if (collect === null || start < restUntil) return;
  collect({ type: 'minor' });
  const end = performance.now();
  restUntil = end + (end - start);
}

function findCollector(): Collect | null {
  const { gc } = globalThis as { gc?: unknown };
  if (typeof gc === 'function') return gc as Collect;
  try {
    const { setFlagsFromString } = nodeV8();
    setFlagsFromString('--expose-gc');
    try {
      const found: unknown = runInContext('globalThis.gc', createContext());
      return typeof found === 'function' ? (found as Collect) : null;
    } finally {
      setFlagsFromString('--no-expose-gc');
    }
  } catch {
    return null;
  }
}
