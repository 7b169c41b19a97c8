// Putters and takers of a joinable queue are killed at each step; with `redeliver`, also who recovers them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Connection, EOFError, JoinableQueue, Pipe } from '../../src/index.js';
import { arena } from '../../src/memory/arena.js';
import { holdSlab, slabClasses } from '../../src/memory/slab-class.js';
import { dyingAt, killedAt } from './killed-at.js';

const putSync = (queue: JoinableQueue<number>) => {
  for (let n = 0; ; n++) queue.putSync(n);
};
const getSync = (queue: JoinableQueue<number>) => {
  for (;;) queue.getSync();
};
const getAndDone = (queue: JoinableQueue<number>) => {
  for (;;) {
    queue.getSync();
    queue.taskDone();
  }
};

/** Everything that is left is taken and done; then join() ends, and nothing is left in memory. */
async function drained<T>(queue: JoinableQueue<T>): Promise<T[]> {
  const joining = queue.join();
  const rest: T[] = [];
  while (!queue.empty()) {
    rest.push(await queue.get());
    queue.taskDone();
  }
  await joining;
  return rest;
}

const counted = [
  ['joinable.get.claimed', [2, 3]],
  ['queue.get.copied', [2, 3]],
  ['queue.get.committed', [3]],
  ['queue.get.released', [3]],
  ['joinable.get.taken', [3]],
  ['joinable.get.counted', [3]],
] as const;

for (const [point, rest] of counted) {
  test(`a taker killed at ${point}: what it had taken is done, the rest is there, join() ends`, async () => {
    const queue = new JoinableQueue<number>();
    await queue.putMany([0, 1, 2, 3]);
    await killedAt(point, getSync, [queue], 3);
    assert.deepEqual(await drained(queue), rest);
  });
}

test('a process killed in taskDone(): who joins does not wait for ever', async () => {
  const queue = new JoinableQueue<number>();
  await queue.put(1);
  const joining = queue.join();
  await killedAt('joinable.done.counted', getAndDone, [queue]);
  await joining;
});

const putPoints = [
  ['joinable.put.stored', 2],
  ['joinable.put.half', 2],
  ['queue.put.written', 2],
  ['joinable.put.sealed', 2],
  ['queue.put.sealed', 2],
  ['queue.put.committed', 3],
  ['queue.put.released', 3],
] as const;

for (const [point, put] of putPoints) {
  test(`a putter killed at ${point}: ${put} items are there, nothing else is left (redeliver)`, async () => {
    const queue = new JoinableQueue<number>(0, { redeliver: true });
    const before = inUse();
    await killedAt(point, putSync, [queue], 3);
    assert.deepEqual(await drained(queue), [0, 1, 2].slice(0, put));
    await queue.put(7);
    assert.deepEqual(await drained(queue), [7]);
    assert.ok(inUse() <= before, 'something was not given back');
  });

  test(`a putter with an end of a pipe killed at ${point}: the end is closed when it is done (redeliver)`, async () => {
    const queue = new JoinableQueue<Connection<string>>(0, { redeliver: true });
    const [a, b] = Pipe<string>();
    await killedAt(
      point,
      (queue: JoinableQueue<Connection<string>>, b: Connection<string>) => queue.putSync(b),
      [queue, b],
    );
    b.close();
    if (put === 3) {
      (await queue.get()).close();
      queue.taskDone();
    }
    queue.shutdown(); // a look at the queue by another one finds what was left half-done
    await queue.join();
    await assert.rejects(a.recv(), EOFError);
  });
}

const takePoints = ['queue.get.copied', 'queue.get.committed', 'queue.get.released', 'joinable.get.kept'];

for (const point of takePoints) {
  test(`a taker killed at ${point}: everything it had comes back, in order (redeliver)`, async () => {
    const queue = new JoinableQueue<number>(0, { redeliver: true });
    const before = inUse();
    await queue.putMany([0, 1, 2, 3]);
    await killedAt(point, getSync, [queue], 3);
    assert.equal(queue.qsize(), 4);
    assert.deepEqual(await drained(queue), [0, 1, 2, 3]);
    assert.ok(inUse() <= before, 'something was not given back');
  });
}

const donePoints = [
  'joinable.done.marked',
  'joinable.done.half',
  'joinable.done.owned',
  'joinable.done.counted',
];

for (const point of donePoints) {
  test(`a taker killed at ${point} in taskDone(): that item is done, the next is there (redeliver)`, async () => {
    const queue = new JoinableQueue<number>(0, { redeliver: true });
    const before = inUse();
    await queue.putMany([0, 1, 2]);
    const joining = queue.join();
    await killedAt(point, getAndDone, [queue], 2);
    assert.deepEqual(await drained(queue), [2]);
    await joining;
    assert.ok(inUse() <= before, 'something was not given back');
  });

  test(`a taker of an end of a pipe killed at ${point}: the end is closed (redeliver)`, async () => {
    const queue = new JoinableQueue<unknown>(0, { redeliver: true });
    const [a, b] = Pipe<string>();
    await queue.put({ b, bytes: Buffer.alloc(50_000), more: Buffer.alloc(5_000_000) });
    b.close();
    const before = inUse();
    await killedAt(point, getAndDone as (queue: JoinableQueue<unknown>) => void, [queue]);
    await assert.rejects(a.recv(), EOFError);
    await queue.join();
    assert.ok(inUse() < before);
  });
}

test('a process that dies while it recovers another: the items of both come back once (redeliver)', async () => {
  const queue = new JoinableQueue<number>(0, { redeliver: true });
  await queue.putMany([0, 1, 2, 3]);
  const child = dyingAt(
    'joinable.recover.half',
    async (queue: JoinableQueue<number>) => {
      queue.getSync();
      const { Process } = await import('../../src/index.js');
      const taker = new Process({
        target: (queue: JoinableQueue<number>) => [queue.getSync(), queue.getSync()],
        args: [queue],
      });
      await taker.start();
      await taker.join();
    },
    [queue],
  );
  await child.start();
  await child.join();
  assert.equal(child.exitCode, -9);
  assert.deepEqual(await drained(queue), [0, 1, 2, 3]);
});

function inUse(): number {
  let count = 0;
  for (const slab of slabClasses) {
    if (slab === holdSlab || slab.name.startsWith('block-')) for (const _ of arena().itemsOf(slab)) count++;
  }
  return count;
}
