// A writer or a reader is killed at each step of the protocol of the frame queue.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Connection, Pipe, Queue } from '../../src/index.js';
import { arena } from '../../src/memory/arena.js';
import { slabClasses } from '../../src/memory/slab-class.js';
import { dyingAt, killedAt } from './killed-at.js';

const putPoints = [
  ['queue.put.written', 0],
  ['queue.put.committed', 1],
  ['queue.put.released', 1],
] as const;

for (const [point, committed] of putPoints) {
  test(`a writer killed at ${point}: the items before are there, that one ${committed ? 'too' : 'not'}`, async () => {
    const queue = new Queue<number>();
    await killedAt(
      point,
      (queue: Queue<number>) => {
        for (let n = 0; ; n++) queue.putSync(n);
      },
      [queue],
      4,
    );
    const expected = [0, 1, 2, ...(committed ? [3] : [])];
    assert.equal(queue.qsize(), expected.length);
    await queue.put(100);
    assert.deepEqual(await queue.getMany(100), [...expected, 100]);
    assert.equal(queue.qsize(), 0);
  });

  test(`a writer killed at ${point} does not leave a waiting reader asleep for ever`, async () => {
    const queue = new Queue<number>();
    const getting = queue.get();
    await killedAt(point, (queue: Queue<number>) => queue.putSync(1), [queue]);
    if (!committed) await queue.put(1);
    assert.equal(await getting, 1);
  });
}

for (const point of ['queue.put.written', 'queue.put.sealed', 'queue.put.committed']) {
  test(`a writer of large items killed at ${point}: no block is lost`, async () => {
    const queue = new Queue<Buffer>();
    const before = blocksInUse();
    await killedAt(
      point,
      (queue: Queue<Buffer>) => {
        for (;;) queue.putSync(Buffer.alloc(100_000, 1));
      },
      [queue],
      3,
    );
    await queue.put(Buffer.alloc(0));
    while (queue.qsize() > 0) await queue.get();
    assert.ok(blocksInUse() <= before); // less, if queues of other tests were collected meanwhile
  });
}

test('a writer killed after it has linked a new segment: nothing is lost, writing goes on', async () => {
  const queue = new Queue<string>();
  await killedAt(
    'queue.put.linked',
    (queue: Queue<string>) => {
      for (let n = 0; ; n++) queue.putSync(String(n).padEnd(1000));
    },
    [queue],
    3,
  );
  const count = queue.qsize();
  for (let n = count; n < count + 200; n++) await queue.put(String(n).padEnd(1000));
  for (let n = 0; n < count + 200; n++) assert.equal(Number(await queue.get()), n);
  assert.equal(queue.qsize(), 0);
});

const getPoints = [
  ['queue.get.copied', 0],
  ['queue.get.committed', 1],
  ['queue.get.released', 1],
] as const;

for (const [point, taken] of getPoints) {
  test(`a reader killed at ${point}: ${taken ? 'at most its item' : 'nothing'} is lost`, async () => {
    const queue = new Queue<number>();
    await queue.putMany([0, 1, 2, 3, 4, 5]);
    await killedAt(
      point,
      (queue: Queue<number>) => {
        for (;;) queue.getSync();
      },
      [queue],
      3,
    );
    const rest = taken ? [3, 4, 5] : [2, 3, 4, 5];
    assert.equal(queue.qsize(), rest.length);
    assert.deepEqual(await queue.getMany(10), rest);
  });

  test(`a reader of large items killed at ${point}: no block is lost`, async () => {
    const before = blocksInUse();
    const queue = new Queue<Buffer>();
    for (let n = 0; n < 4; n++) await queue.put(Buffer.alloc(100_000, n));
    await killedAt(
      point,
      (queue: Queue<Buffer>) => {
        for (;;) queue.getSync();
      },
      [queue],
      2,
    );
    await queue.put(Buffer.alloc(1));
    while (queue.qsize() > 0) await queue.get();
    assert.ok(blocksInUse() <= before + 1, 'the queue itself has one segment');
  });

  test(`a reader killed at ${point} does not leave a waiting writer asleep for ever`, async () => {
    const queue = new Queue<number>(1);
    await queue.put(1);
    const putting = queue.put(2);
    await killedAt(point, (queue: Queue<number>) => queue.getSync(), [queue]);
    if (!taken) assert.equal(await queue.get(), 1);
    await putting;
    assert.equal(await queue.get(), 2);
  });
}

test('a reader killed behind a frame that was taken long ago: its block, used again, is left alone', async () => {
  const queue = new Queue<Buffer>();
  const large = (fill: number) => Buffer.alloc(100_000, fill);
  await queue.put(large(1));
  await queue.get();
  await queue.put(Buffer.alloc(1));
  await queue.put(large(2)); // in the block of the first
  await killedAt('queue.get.committed', (queue: Queue<Buffer>) => queue.getSync(), [queue]);
  await queue.put(large(3));
  for (const fill of [2, 3]) assert.equal((await queue.get()).equals(large(fill)), true);
});

const segmentPoints = ['queue.put.segment', 'queue.put.spare', 'queue.put.linked'];

for (const point of segmentPoints) {
  test(`a writer killed at ${point}: no ring segment is lost, nor what is in the queue`, async () => {
    const queue = new Queue<string>();
    const before = blocksInUse();
    // A spare one is there from the start.
    for (let n = 0; n < 100; n++) await queue.put(String(n).padEnd(1000));
    for (let n = 0; n < 100; n++) await queue.get();
    await killedAt(point, putForEver, [queue]);
    const count = queue.qsize();
    await queue.put(String(count).padEnd(1000));
    for (let n = 0; n <= count; n++) assert.equal(Number(await queue.get()), n);
    assert.equal(queue.qsize(), 0);
    assert.ok(blocksInUse() <= before + 1, 'but for the spare one');
  });
}

for (const point of ['queue.get.owned', 'queue.get.unlinked', 'queue.get.spared']) {
  test(`a reader killed at ${point}: no ring segment is lost, nor what is in the queue`, async () => {
    const queue = new Queue<string>();
    const before = blocksInUse();
    for (let n = 0; n < 200; n++) await queue.put(String(n).padEnd(1000));
    await killedAt(
      point,
      (queue: Queue<string>) => {
        for (;;) queue.getSync();
      },
      [queue],
    );
    const rest: number[] = [];
    while (queue.qsize() > 0) rest.push(Number(await queue.get()));
    assert.deepEqual(
      rest,
      Array.from(rest, (_, i) => 200 - rest.length + i),
    );
    assert.ok(rest.length > 100);
    assert.ok(blocksInUse() <= before + 1, 'but for the spare one');
  });
}

function putForEver(queue: Queue<string>): void {
  for (let n = 0; ; n++) queue.putSync(String(n).padEnd(1000));
}

test('a reader killed after it has unlinked a segment: the rest is there', async () => {
  const queue = new Queue<string>();
  for (let n = 0; n < 200; n++) await queue.put(String(n).padEnd(1000));
  await killedAt(
    'queue.get.unlinked',
    (queue: Queue<string>) => {
      for (;;) queue.getSync();
    },
    [queue],
    2,
  );
  const rest: number[] = [];
  while (queue.qsize() > 0) rest.push(Number(await queue.get()));
  assert.equal(rest.at(-1), 199);
  for (const [i, n] of rest.entries()) assert.equal(n, rest[0] + i);
});

test('a writer killed with the end of a pipe in its hand: the pipe is at its end', async () => {
  const [a, b] = Pipe<string>();
  const queue = new Queue<Connection<string>>();
  await killedAt(
    'queue.put.sealed',
    (queue: Queue<Connection<string>>, b: Connection<string>) => queue.putSync(b),
    [queue, b],
  );
  b.close();
  await queue.put(a); // the next writer finds what was left half-done
  await assert.rejects(a.recv(), { name: 'EOFError' });
});

test('a peer killed in send: what it had sent before is received, then EOFError', async () => {
  const [a, b] = Pipe<number>();
  const child = dyingAt(
    'queue.put.written',
    (b: Connection<number>) => {
      for (let n = 0; ; n++) b.sendSync(n);
    },
    [b],
    3,
  );
  await child.start();
  b.close();
  const got: number[] = [];
  for await (const n of a) got.push(n);
  assert.deepEqual(got, [0, 1]);
});

function blocksInUse(): number {
  let count = 0;
  for (const slab of slabClasses) {
    if (slab.name.startsWith('block-')) for (const _ of arena().itemsOf(slab)) count++;
  }
  return count;
}
