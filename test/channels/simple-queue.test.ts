import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClosedError, QueueEmptyError, SerializationError, SimpleQueue } from '../../src/index.js';
import { inChild } from '../support/start.js';

test('SimpleQueue gives items back first in, first out: put(), get(), empty() and the blocking twins', async () => {
  const queue = new SimpleQueue<number>();
  assert.equal(queue.empty(), true);
  await queue.put(1);
  queue.putSync(2);
  assert.equal(queue.empty(), false);
  assert.deepEqual([await queue.get(), queue.getSync()], [1, 2]);
  await assert.rejects(queue.get(2), QueueEmptyError);
  assert.throws(() => queue.getSync(2), QueueEmptyError);
  await assert.rejects(queue.put(Promise.resolve() as never), SerializationError);
});

test('SimpleQueue.get() waits for an item of another process', async () => {
  const queue = new SimpleQueue<string>();
  const getting = queue.get();
  await inChild((queue: SimpleQueue<string>) => queue.put('from there'), queue);
  assert.equal(await getting, 'from there');
});

test('SimpleQueue.close() is for this process only', async () => {
  const queue = new SimpleQueue<number>();
  await inChild(async (queue: SimpleQueue<number>) => {
    await queue.put(1);
    queue.close();
    queue.close();
    queue[Symbol.dispose]();
  }, queue);
  assert.equal(await queue.get(), 1);
  assert.equal(queue.empty(), true);
  queue.close();
  await assert.rejects(queue.put(2), ClosedError);
  assert.throws(() => queue.putSync(2), ClosedError);
  await assert.rejects(queue.get(), ClosedError);
  assert.throws(() => queue.getSync(), ClosedError);
  assert.throws(() => queue.empty(), ClosedError);
});

test('SimpleQueue travels, and comes back as itself', async () => {
  const queue = new SimpleQueue<unknown>();
  await queue.put([queue]);
  const [back] = (await queue.get()) as [SimpleQueue];
  assert.equal(back, queue);
});
