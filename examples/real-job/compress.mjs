// The real job of `npm start`: how small does a file get, and how many words are in it?
import { readFile } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';

const quality = 9;

/** Reads a file, compresses it with brotli and counts its words. */
export async function compress(file) {
  const content = await readFile(file);
  const compressed = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  return { bytes: content.length, compressed: compressed.length, words: countWords(content.toString()) };
}

function countWords(text) {
  let words = 0;
  for (const _ of text.matchAll(/\S+/g)) words += 1;
  return words;
}
