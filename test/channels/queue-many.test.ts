// Queue.putMany() and getMany(): items that travel together arrive as if each had been put alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Process, Queue, QueueShutDownError, SerializationError } from '../../src/index.js';

const rows = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, name: `item ${id}`, ok: id % 3 === 0, score: id / 7 }));

const lists: Record<string, unknown[]> = {
  records: rows(3000),
  'records of two kinds': rows(500).map((row, i) => (i % 2 ? row : { other: i })),
  integers: Array.from({ length: 5000 }, (_, i) => i),
  doubles: Array.from({ length: 5000 }, (_, i) => i / 3),
  strings: Array.from({ length: 3000 }, (_, i) => `text ${i} łódź`),
  'booleans, null and undefined': Array.from(
    { length: 300 },
    (_, i) => [true, false, null, undefined][i % 4],
  ),
  bigints: Array.from({ length: 100 }, (_, i) => BigInt(i) ** 9n),
  'large strings': Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(3000)),
  'records with objects in them': rows(300).map((row) => ({ ...row, at: { x: row.id } })),
  'records and other things': [
    ...rows(40),
    new Date(0),
    [1, 2],
    new Map([[1, 2]]),
    ...rows(40),
    /x/g,
    ...rows(3),
  ],
};

for (const [name, list] of Object.entries(lists)) {
  test(`Queue.putMany() of ${name}: all arrive, in order, by get() and getMany()`, async () => {
    const queue = new Queue<unknown>();
    await queue.putMany(list);
    await queue.putMany(list);
    assert.equal(queue.qsize(), 2 * list.length);
    const got: unknown[] = [];
    for (let size = 1; got.length < 2 * list.length; size = (size % 50) + 7) {
      got.push(await queue.get(0));
      if (queue.qsize() > 0) got.push(...(await queue.getMany(size)));
      assert.equal(queue.qsize(), 2 * list.length - got.length);
    }
    assert.deepStrictEqual(got, [...list, ...list]);
  });
}

test('Queue.putMany() of one object twice, or of two that share one: each arrives with its own', async () => {
  const queue = new Queue<{ n: number; shared?: object }>();
  const one = { n: 1 };
  const shared = {};
  await queue.putMany([...Array.from({ length: 40 }, () => one), { n: 2, shared }, { n: 3, shared }]);
  const got = await queue.getMany(100);
  assert.equal(got.length, 42);
  assert.equal(new Set(got).size, 42);
  assert.notEqual(got[40].shared, got[41].shared);
});

test('Queue.putMany() of what an iterator gives takes each as it is when it is given', async () => {
  const queue = new Queue<{ n: number }>();
  const one = { n: 0 };
  function* changing() {
    for (; one.n < 100; one.n++) yield one;
  }
  await queue.putMany(changing());
  assert.deepEqual(
    (await queue.getMany(1000)).map(({ n }) => n),
    Array.from({ length: 100 }, (_, n) => n),
  );
});

test('Queue.putMany() of items one of which can not be carried puts those before it, and names the path', async () => {
  const queue = new Queue<unknown>();
  const items = [...rows(70), { deep: Promise.resolve() }, ...rows(5)];
  await assert.rejects(queue.putMany(items), (error: Error) => {
    assert.ok(error instanceof SerializationError);
    assert.match(error.message, /item\.deep/);
    return true;
  });
  assert.deepEqual(await queue.getMany(100), rows(70));
});

test('Queue.putMany() after shutdown() puts nothing; what was put together before it is taken one by one', async () => {
  const queue = new Queue<object>();
  await queue.putMany(rows(30));
  queue.shutdown();
  await assert.rejects(queue.putMany(rows(30)), QueueShutDownError);
  const got: object[] = [];
  for await (const item of queue) got.push(item);
  assert.deepEqual(got, rows(30));
  await queue.shutdown({ immediate: true });
});

test('shutdown({ immediate: true }) throws away the rest of a frame of many items', async () => {
  const queue = new Queue<object>();
  await queue.putMany(rows(300));
  await queue.getMany(10);
  queue.shutdown({ immediate: true });
  assert.equal(queue.qsize(), 0);
});

test('Queue.putMany(): several readers share a frame of many items, each item is for one of them', async () => {
  const queue = new Queue<{ id: number }>();
  const seen = new Queue<number[]>();
  const readers = Array.from(
    { length: 3 },
    (_, index) =>
      new Process({
        target: async (queue: Queue<{ id: number }>, seen: Queue<number[]>, some: number) => {
          const ids: number[] = [];
          try {
            for (;;) {
              if (some === 0) ids.push((await queue.get()).id);
              else for (const { id } of await queue.getMany(some)) ids.push(id);
            }
          } catch {
            await seen.put(ids); // shut down
          }
        },
        args: [queue, seen, index * 5],
      }),
  );
  await Promise.all(readers.map((reader) => reader.start()));
  const all = rows(6000);
  for (let i = 0; i < all.length; i += 500) await queue.putMany(all.slice(i, i + 500));
  queue.shutdown();
  const lists = [await seen.get(), await seen.get(), await seen.get()];
  await Promise.all(readers.map((reader) => reader.join()));
  for (const ids of lists)
    assert.deepEqual(
      ids,
      [...ids].sort((a, b) => a - b),
    );
  assert.deepEqual(
    lists.flat().sort((a, b) => a - b),
    all.map(({ id }) => id),
  );
});
