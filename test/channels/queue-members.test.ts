// Members of the queues that are named nowhere else: the twins that never wait or block, and the edges of those that do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ClosedError,
  Event,
  JoinableQueue,
  type Lock,
  Pipe,
  Queue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  type SharedArray,
  SimpleQueue,
  TimeoutError,
} from '../../src/index.js';
import { inChild, start } from '../support/start.js';

test('Queue.putNowait() puts if there is room, otherwise it is a QueueFullError at once', () => {
  const queue = new Queue<number>(2);
  queue.putNowait(1);
  queue.putNowait(2);
  assert.throws(() => queue.putNowait(3), QueueFullError);
  assert.equal(queue.getNowait(), 1);
  queue.putNowait(4);
  assert.deepEqual([queue.getNowait(), queue.getNowait()], [2, 4]);
});

test('Queue.getNowait() takes if there is something, otherwise it is a QueueEmptyError at once', () => {
  const queue = new Queue<string>();
  assert.throws(() => queue.getNowait(), QueueEmptyError);
  queue.putNowait('x');
  assert.equal(queue.getNowait(), 'x');
  queue.shutdown();
  assert.throws(() => queue.getNowait(), QueueShutDownError);
});

test('Queue.getSync() blocks for an item of another process; with a timeout it is a QueueEmptyError', async () => {
  const [queue, go] = [new Queue<number>(), new Event()];
  assert.throws(() => queue.getSync(2), QueueEmptyError);
  assert.throws(() => queue.getSync({ timeout: 0 }), QueueEmptyError);
  const child = await start(
    (queue: Queue<number>, go: Event) => {
      go.waitSync();
      queue.putSync(7);
    },
    [queue, go],
  );
  go.set();
  assert.equal(queue.getSync(), 7);
  await child.join();
});

test('Queue.putSync() blocks for room that another process makes; with a timeout it is a QueueFullError', async () => {
  const queue = new Queue<number>(1);
  queue.putSync(1);
  assert.throws(() => queue.putSync(2, 2), QueueFullError);
  const child = await start((queue: Queue<number>) => queue.getSync(), [queue]);
  queue.putSync(2);
  assert.equal(await child.result(), 1);
  assert.equal(queue.getNowait(), 2);
  await child.join();
});

test('Queue[Symbol.dispose]() is close(): at the end of its block this process puts no more', async () => {
  const queue = new Queue<number>();
  {
    using own = queue;
    await own.put(1);
  }
  await assert.rejects(queue.put(2), ClosedError);
  assert.throws(() => queue.putNowait(2), ClosedError);
  await assert.rejects(queue.putMany([2]), ClosedError);
  assert.equal(await queue.get(), 1);
  assert.equal(await inChild(putAndCount, queue), 1);
});

test('Queue(0) and Queue(less than 0) have no limit; full() says so', () => {
  for (const size of [0, -1]) {
    const queue = new Queue<number>(size);
    for (let n = 0; n < 1000; n++) queue.putNowait(n);
    assert.equal(queue.full(), false);
    assert.equal(queue.qsize(), 1000);
  }
});

test('Queue.getMany(max) waits for one and gives 1 to max; getMany(0) is a RangeError', async () => {
  const queue = new Queue<number>();
  const getting = queue.getMany(10);
  await queue.put(1);
  assert.deepEqual(await getting, [1]);
  await queue.putMany([2, 3, 4]);
  assert.deepEqual(await queue.getMany(2), [2, 3]);
  assert.deepEqual(await queue.getMany(2), [4]);
  await assert.rejects(queue.getMany(2, 2), QueueEmptyError);
  for (const max of [0, -1, 1.5, Number.NaN]) await assert.rejects(queue.getMany(max), RangeError);
});

test('Queue keeps the ends, locks and arrays inside an item alive when their maker has ended', async () => {
  const queue = new Queue<[Lock, Event, SharedArray, Queue<string>, SimpleQueue<number>, unknown]>();
  const [a, b] = Pipe<string>();
  await inChild(
    async (queue, b) => {
      const { Event, Lock, Queue, SharedArray, SimpleQueue } = await import('../../src/index.js');
      const [lock, event, array] = [new Lock(), new Event(), new SharedArray('i', [1, 2, 3])];
      const [inner, simple] = [new Queue<string>(), new SimpleQueue<number>()];
      event.set();
      await inner.put('inside');
      await simple.put(5);
      await queue.put([lock, event, array, inner, simple, b]);
    },
    queue,
    b,
  );
  b.close();
  await a.send('it is on its way');
  const [lock, event, array, inner, simple, end] = await queue.get();
  assert.equal(lock.tryAcquire(), true);
  assert.equal(event.isSet(), true);
  assert.deepEqual([...array], [1, 2, 3]);
  assert.equal(await inner.get(), 'inside');
  assert.equal(await simple.get(), 5);
  assert.equal(await (end as typeof b).recv(), 'it is on its way');
});

test('JoinableQueue.joinSync() blocks until all is done in other processes; with a timeout it is a TimeoutError', async () => {
  for (const redeliver of [false, true]) {
    const queue = new JoinableQueue<number>(0, { redeliver });
    queue.joinSync();
    await queue.putMany([1, 2, 3]);
    assert.throws(() => queue.joinSync(2), TimeoutError);
    const child = await start(
      (queue: JoinableQueue<number>) => {
        for (let n = 0; n < 3; n++) {
          queue.getSync();
          queue.taskDone();
        }
      },
      [queue],
    );
    queue.joinSync();
    assert.equal(queue.qsize(), 0);
    await child.join();
  }
});

test('SimpleQueue.close() and its [Symbol.dispose](): afterwards put(), get() and empty() are a ClosedError', async () => {
  const queue = new SimpleQueue<number>();
  await queue.put(1);
  {
    using own = queue;
    own.putSync(2);
  }
  queue.close();
  await assert.rejects(queue.put(3), ClosedError);
  await assert.rejects(queue.get(), ClosedError);
  assert.throws(() => queue.getSync(), ClosedError);
  assert.throws(() => queue.empty(), ClosedError);
});

function putAndCount(queue: Queue<number>): number {
  queue.putSync(3);
  return queue.qsize();
}
