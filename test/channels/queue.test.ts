import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ClosedError,
  Lock,
  Queue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  SerializationError,
} from '../../src/index.js';
import { eventually, inChild, start } from '../support/start.js';

test('Queue gives items back first in, first out, with qsize(), empty() and full()', async () => {
  const queue = new Queue<number>(3);
  assert.equal(queue.empty(), true);
  await queue.put(1);
  queue.putSync(2);
  queue.putNowait(3);
  assert.equal(queue.qsize(), 3);
  assert.equal(queue.full(), true);
  assert.deepEqual([await queue.get(), queue.getSync(), queue.getNowait()], [1, 2, 3]);
  assert.equal(queue.empty(), true);
  assert.equal(queue.full(), false);
});

test('Queue.put() of a full queue waits, or is a QueueFullError when the time is over', async () => {
  const queue = new Queue<string>(1);
  await queue.put('a');
  await assert.rejects(queue.put('b', 2), QueueFullError);
  await assert.rejects(queue.put('b', 0), QueueFullError);
  assert.throws(() => queue.putNowait('b'), QueueFullError);
  assert.throws(() => queue.putSync('b', 2), QueueFullError);
  const waiting = queue.put('c');
  assert.equal(await queue.get(), 'a');
  await waiting;
  assert.equal(await queue.get(), 'c');
});

test('Queue.get() of an empty queue waits, or is a QueueEmptyError when the time is over', async () => {
  const queue = new Queue<string>();
  await assert.rejects(queue.get(2), QueueEmptyError);
  assert.throws(() => queue.getSync(2), QueueEmptyError);
  assert.throws(() => queue.getNowait(), QueueEmptyError);
  const waiting = queue.get();
  await queue.put('a');
  assert.equal(await waiting, 'a');
});

test('Queue.get({ signal }) and put({ signal }) reject with the reason and leave nothing behind', async () => {
  const queue = new Queue<number>(1);
  const aborter = new AbortController();
  const getting = queue.get({ signal: aborter.signal });
  aborter.abort(new Error('stop'));
  await assert.rejects(getting, /stop/);
  await queue.put(1);
  await assert.rejects(queue.put(2, { signal: aborter.signal }), /stop/);
  assert.equal(await queue.get(), 1);
  assert.equal(queue.qsize(), 0);
});

test('Queue.put() takes a snapshot inside the call', async () => {
  const queue = new Queue<{ n: number }>();
  const item = { n: 1 };
  const putting = queue.put(item);
  item.n = 2;
  await putting;
  assert.deepEqual(await queue.get(), { n: 1 });
});

test('Queue.put() of what can not be carried names the path and puts nothing', async () => {
  const queue = new Queue<unknown>();
  await assert.rejects(queue.put({ deep: { promise: Promise.resolve() } }), (error: Error) => {
    assert.ok(error instanceof SerializationError);
    assert.match(error.message, /item\.deep\.promise/);
    return true;
  });
  assert.equal(queue.qsize(), 0);
});

test('Queue.putMany() and getMany(max)', async () => {
  const queue = new Queue<number>();
  await queue.putMany([1, 2, 3, 4, 5]);
  assert.deepEqual(await queue.getMany(2), [1, 2]);
  assert.deepEqual(await queue.getMany(100), [3, 4, 5]);
  await assert.rejects(queue.getMany(3, 1), QueueEmptyError);
  await assert.rejects(queue.getMany(0), RangeError);
});

test('Queue.putMany() into a bounded queue waits for room as often as needed', async () => {
  const queue = new Queue<number>(2);
  const putting = queue.putMany([1, 2, 3, 4, 5]);
  const got: number[] = [];
  while (got.length < 5) got.push(await queue.get());
  await putting;
  assert.deepEqual(got, [1, 2, 3, 4, 5]);
});

test('Queue.close() ends the puts of this process only', async () => {
  const queue = new Queue<number>();
  await queue.put(1);
  queue.close();
  queue.close();
  await assert.rejects(queue.put(2), ClosedError);
  assert.equal(await queue.get(), 1);
  await inChild(async (queue: Queue<number>) => queue.put(3), queue);
  assert.equal(await queue.get(), 3);
});

test('Queue.shutdown() lets getters drain, then QueueShutDownError; async iteration ends', async () => {
  const queue = new Queue<number>();
  await queue.putMany([1, 2]);
  queue.shutdown();
  await assert.rejects(queue.put(3), QueueShutDownError);
  const got: number[] = [];
  for await (const item of queue) got.push(item);
  assert.deepEqual(got, [1, 2]);
  await assert.rejects(queue.get(), QueueShutDownError);
  assert.throws(() => queue.getNowait(), QueueShutDownError);
});

test('Queue.shutdown({ immediate }) throws away what is left, and wakes who waits', async () => {
  const queue = new Queue<number>(1);
  await queue.put(1);
  const putting = queue.put(2);
  queue.shutdown({ immediate: true });
  await assert.rejects(putting, QueueShutDownError);
  await assert.rejects(queue.get(), QueueShutDownError);
  const other = new Queue<number>();
  const getting = other.get();
  other.shutdown();
  await assert.rejects(getting, QueueShutDownError);
});

test('Queue(no whole number) is a TypeError', () => {
  for (const wrong of ['5', 1.5, null, {}]) assert.throws(() => new Queue(wrong as never), TypeError);
  assert.equal(new Queue(-1).full(), false);
});

test('Queue carries small, large and very large items in order', async () => {
  const queue = new Queue<Buffer>();
  const sizes = [
    0,
    1,
    63,
    64,
    65,
    4000,
    8000,
    9000,
    16384,
    100_000,
    1 << 20,
    (1 << 20) + 1,
    5_000_000,
    12_345_678,
  ];
  const child = await start(
    async (queue: Queue<Buffer>, sizes: number[]) => {
      for (const size of sizes) await queue.put(Buffer.alloc(size, size % 251));
    },
    [queue, sizes],
  );
  for (const size of sizes) {
    const item = await queue.get();
    assert.equal(item.length, size);
    assert.equal(
      item.every((byte) => byte === size % 251),
      true,
    );
  }
  await child.join();
});

test('Queue: a producer may exit before anything is read', async () => {
  const queue = new Queue<string>();
  await inChild(async (queue: Queue<string>) => {
    for (let i = 0; i < 500; i++) await queue.put('x'.repeat(1000));
  }, queue);
  assert.equal(queue.qsize(), 500);
  for (let i = 0; i < 500; i++) assert.equal((await queue.get()).length, 1000);
});

test('Queue with two writers and two readers: every item exactly once, the order of each writer kept', async () => {
  const queue = new Queue<[writer: number, n: number]>(50);
  const count = 1500;
  const write = async (queue: Queue<[number, number]>, writer: number, count: number) => {
    for (let n = 0; n < count; n++) {
      if (n % 2) queue.putSync([writer, n]);
      else await queue.put([writer, n]);
    }
  };
  const read = async (queue: Queue<[number, number]>, sync: boolean) => {
    const got: [number, number][] = [];
    for (;;) {
      const item = sync ? queue.getSync() : await queue.get();
      if (item[0] < 0) return got;
      got.push(item);
    }
  };
  const readers = [await start(read, [queue, true]), await start(read, [queue, false])];
  const writers = [await start(write, [queue, 0, count]), await start(write, [queue, 1, count])];
  await Promise.all(writers.map((writer) => writer.join()));
  await queue.put([-1, 0]);
  await queue.put([-1, 0]);
  const got = await Promise.all(readers.map((reader) => reader.result()));
  for (const writer of [0, 1]) {
    for (const items of got) {
      const numbers = items.filter(([from]) => from === writer).map(([, n]) => n);
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
      );
    }
    const all = got.flat().filter(([from]) => from === writer);
    assert.equal(new Set(all.map(([, n]) => n)).size, count);
    assert.equal(all.length, count);
  }
});

test('Queue travels in a queue, and comes back as itself', async () => {
  const queue = new Queue<unknown>();
  await queue.put({ lock: new Lock(), queue });
  const item = (await queue.get()) as { queue: Queue };
  assert.equal(item.queue, queue);
});

test('Queue: a reader that is killed while it waits takes nothing with it', async () => {
  const queue = new Queue<number>();
  for (const how of ['getSync', 'get'] as const) {
    const reader = await start(
      async (queue: Queue<number>, how: 'getSync' | 'get') => void (await queue[how]()),
      [queue, how],
    );
    reader.kill();
    await queue.put(7);
    assert.equal(await queue.get(), 7);
    await reader.join();
  }
  assert.equal(queue.qsize(), 0);
});

test('Queue: an item whose reviver throws rejects that get, and the queue goes on', async () => {
  const queue = new Queue<unknown>();
  const { OutgoingParcel } = await import('../../src/channels/parcel.js');
  const { FrameQueue } = await import('../../src/channels/frame-queue.js');
  const frames = FrameQueue.attach(
    (queue as unknown as { object: { load(field: number): number } }).object.load(1),
  );
  frames.tryPut(OutgoingParcel.ofBytes(new Uint8Array([250, 251, 252])));
  await queue.put('fine');
  await assert.rejects(queue.get(), SerializationError);
  assert.equal(await queue.get(), 'fine');
});

test('Queue.get() that waits keeps the program alive, and is woken after a long time', async () => {
  const queue = new Queue<string>();
  const child = await start(async (queue: Queue<string>) => queue.get(), [queue]);
  await eventually(() => child.isAlive());
  await queue.put('woken');
  assert.equal(await child.result(), 'woken');
});

test('Queue.putSync() does not overtake puts of this process that wait for room', async () => {
  const queue = new Queue<number>(1);
  await queue.put(0);
  const waiting = [queue.put(1), queue.put(2)];
  assert.throws(() => queue.putNowait(3), QueueFullError);
  assert.equal(queue.getNowait(), 0);
  assert.throws(() => queue.putNowait(3), QueueFullError); // 1 has gone first
  assert.equal(queue.getNowait(), 1);
  assert.equal(await queue.get(), 2);
  queue.putNowait(3);
  await Promise.all(waiting);
  assert.equal(await queue.get(), 3);
});

test('Queue.getMany() with an item that can not be revived gives those before it; the next get() rejects', async () => {
  const queue = new Queue<unknown>();
  const { OutgoingParcel } = await import('../../src/channels/parcel.js');
  const { FrameQueue } = await import('../../src/channels/frame-queue.js');
  const at = (queue as unknown as { object: { load(field: number): number } }).object.load(1);
  await queue.putMany([1, 2]);
  FrameQueue.attach(at).tryPut(OutgoingParcel.ofBytes(new Uint8Array([250, 251, 252])));
  await queue.putMany([3, 4]);
  assert.deepEqual(await queue.getMany(10), [1, 2]);
  assert.equal(queue.qsize(), 3);
  await assert.rejects(queue.get(), SerializationError);
  assert.deepEqual(await queue.getMany(10), [3, 4]);
  assert.equal(queue.qsize(), 0);
});
