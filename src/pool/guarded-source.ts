// A source of items that may be closed before its end: each item is asked for only while it may still be taken.

import type { Source } from './result-stream.js';

/** @param check Throws if no more may be taken: that is the end of the source, and it is told so. */
export function guardedSource<T>(items: Source<T>, check: () => void): Source<T> {
  const isAsync = typeof items === 'object' && Symbol.asyncIterator in items;
  return isAsync ? guardedAsync(items, check) : guarded(items as Iterable<T>, check);
}

function* guarded<T>(items: Iterable<T>, check: () => void): Generator<T> {
  for (const item of items) {
    check();
    yield item;
  }
}

async function* guardedAsync<T>(items: AsyncIterable<T>, check: () => void): AsyncGenerator<T> {
  for await (const item of items) {
    check();
    yield item;
  }
}
