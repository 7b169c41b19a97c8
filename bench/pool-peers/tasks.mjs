// What all pools run.

import { brotliCompressSync, constants } from 'node:zlib';

export function next(x) {
  return x + 1;
}

export function echo(bytes) {
  return bytes;
}

/** A file's size and how small it gets. */
export async function compress(file) {
  const { readFile } = await import('node:fs/promises');
  const bytes = await readFile(file);
  const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  return { bytes: bytes.length, packed: packed.length };
}
