// Key sequences of plain objects as they are read: kept by their bytes, so that keys seen before are not decoded again.

import type { ByteReader } from './byte-reader.js';

/** The keys of an object, in order. */
export interface ReadShape {
  readonly keys: readonly string[];
  /** Whether plain assignment would not do: `__proto__` is a setter. */
  readonly special: boolean;
}

interface Known extends ReadShape {
  readonly block: Uint8Array;
}

/** Slots of the table; each keeps the block that came last. */
const SLOTS = 512;
const BLOCK_KEPT_BYTES = 512;
const table: (Known | undefined)[] = new Array<Known | undefined>(SLOTS).fill(undefined);

/** Reads the block of keys that defines a shape. */
export function readShape(input: ByteReader): ReadShape {
  const size = input.count(1);
  const { bytes, at } = input;
  let hash = size;
  for (let i = at; i < at + size; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = table[slot];
  if (known !== undefined && same(known.block, bytes, at, size)) {
    input.at = at + size;
    return known;
  }
  const keys = readKeys(input);
  if (input.at !== at + size) input.corrupt('a block of keys has another length');
  const special = keys.includes('__proto__');
  if (size > BLOCK_KEPT_BYTES) return { keys, special };
  // A true copy, which `slice` of a Buffer would not be.
  const shape = { keys, special, block: new Uint8Array(bytes.subarray(at, at + size)) };
  table[slot] = shape;
  return shape;
}

function same(block: Uint8Array, bytes: Uint8Array, at: number, size: number): boolean {
  if (block.length !== size) return false;
  for (let i = 0; i < size; i++) if (block[i] !== bytes[at + i]) return false;
  return true;
}

function readKeys(input: ByteReader): string[] {
  const count = input.count(1);
  const keys: string[] = [];
  for (let i = 0; i < count; i++) keys.push(input.string());
  return keys;
}
