// Copies of received bytes, and the collections of the young generation that go with them.
import assert from 'node:assert/strict';
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedDataVersionTag } from 'node:v8';
import { createContext, runInContext } from 'node:vm';
import { copyReceived } from '../../src/platform/received-bytes.js';

type Collection = PerformanceEntry & { readonly detail: { kind: number; flags: number } };

const bytes = new Uint8Array(1 << 20).fill(7);

async function forcedCollections(work: () => unknown): Promise<number> {
  let forced = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Collection[]) {
      const { kind, flags } = entry.detail;
      if (kind === constants.NODE_PERFORMANCE_GC_MINOR && flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED)
        forced++;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  await work();
  await sleep(5); // what was observed is told in a later turn
  observer.disconnect();
  return forced;
}

test('copyReceived() gives a copy with a buffer of its own, that fills it', () => {
  const part = bytes.subarray(10, 10 + 20_000);
  const copy = copyReceived(part);
  assert.deepEqual(copy, part);
  assert.equal(copy.buffer.byteLength, copy.length);
  assert.notEqual(copy.buffer, part.buffer);
});

test('copyReceived() collects the young generation when some megabytes have come, and only then', async () => {
  assert.equal(await forcedCollections(() => copyReceived(bytes)), 0);
  const forced = await forcedCollections(async () => {
    // It rests for as long as the last collection took: on a busy machine that may be some time.
    for (let i = 0; i < 50; i++) {
      copyReceived(bytes);
      if (i % 10 === 0) await sleep(1);
    }
  });
  assert.ok(forced > 0, 'no collection of the young generation');
});

test('copyReceived() leaves the collector hidden, and the code that V8 has compiled valid', () => {
  const tag = cachedDataVersionTag();
  for (let i = 0; i < 20; i++) copyReceived(bytes);
  assert.equal(cachedDataVersionTag(), tag);
  assert.equal((globalThis as { gc?: unknown }).gc, undefined);
  assert.equal(runInContext('typeof gc', createContext()), 'undefined');
});
