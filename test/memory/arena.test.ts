import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Queue } from '../../src/index.js';
import { Arena, arena } from '../../src/memory/arena.js';
import { TableHeader } from '../../src/memory/process-table.js';
import { Session } from '../../src/memory/session.js';
import { objectSlab, slabClasses } from '../../src/memory/slab-class.js';

test('Arena.take() gives every item once, across segments, and free() gives it back', () => {
  const taken = new Set<number>();
  for (let n = 0; n < 40_000; n++) taken.add(arena().take(objectSlab));
  assert.equal(taken.size, 40_000);
  for (const at of taken) arena().free(at);
  const again = arena().take(objectSlab);
  assert.ok(taken.has(again));
  arena().free(again);
});

test('Arena.passOn() passes an item from its owner only', () => {
  const at = arena().takeBlock(100);
  const { self } = Session.current();
  assert.equal(arena().passOn(at, 12345, 1), false);
  assert.equal(arena().passOn(at, self, 12345), true);
  assert.equal(arena().ownerOf(at), 12345);
  arena().free(at);
});

test('Arena.takeBlock() of any size holds it; a large one is a file of its own that goes with it', () => {
  const files = () =>
    readdirSync(Session.current().directory).filter((name) => name.startsWith('segment-')).length;
  for (const size of [1, 4096, 4097, 100_000, 1 << 20, 4 << 20]) {
    const at = arena().takeBlock(size);
    assert.ok(arena().bytesOf(at).length >= size);
    arena().free(at);
  }
  const before = files();
  const at = arena().takeBlock((4 << 20) + 1);
  assert.equal(files(), before + 1);
  arena().bytesOf(at).fill(7);
  arena().free(at);
  assert.equal(files(), before);
});

test('Arena uses the numbers of large blocks again: they never run out', () => {
  const numbers = () => Session.current().table.words[TableHeader.segmentCount];
  arena().free(arena().takeBlock(5 << 20));
  const before = numbers();
  for (let n = 0; n < 50; n++) arena().free(arena().takeBlock(5 << 20));
  assert.equal(numbers(), before);
});

test('Arena of another process finds the block that now has an old number', () => {
  const other = new Arena(Session.current());
  const first = arena().takeBlock(5 << 20);
  arena().bytesOf(first, 0, 4).fill(1);
  assert.equal(other.bytesOf(first, 0, 1)[0], 1);
  arena().free(first);
  const second = arena().takeBlock(6 << 20);
  assert.equal(second, first, 'the number is used again');
  arena().bytesOf(second, 0, 4).fill(2);
  assert.equal(other.bytesOf(second, 0, 1)[0], 2);
  assert.equal(
    slabClasses.flatMap((slab) => [...other.itemsOf(slab)]).filter(({ at }) => at === second).length,
    1,
  );
  arena().free(second);
});

test('Queue of large items uses their memory again', async () => {
  const queue = new Queue<Buffer>();
  for (let n = 0; n < 50; n++) {
    await queue.put(Buffer.alloc(5 << 20, n));
    assert.equal((await queue.get())[12_345], n);
  }
});
