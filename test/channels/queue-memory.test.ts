import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { JoinableQueue, Queue, SimpleQueue } from '../../src/index.js';
import { sessionBytes } from '../support/session-bytes.js';
import { start } from '../support/start.js';

const KIB = 1024;
const descriptors = () => readdirSync('/proc/self/fd').length;

test('Queue, JoinableQueue and SimpleQueue take less than 64 KiB of shared memory each while they are idle', () => {
  const before = sessionBytes();
  const queues = Array.from({ length: 40 }, () => [new Queue(), new JoinableQueue(10), new SimpleQueue()]);
  assert.ok((sessionBytes() - before) / (3 * queues.length) < 64 * KIB);
});

test('Queue: 1,000 in one program take no descriptor, and each works', async () => {
  const before = descriptors();
  const queues = Array.from({ length: 1000 }, () => new Queue<number>());
  assert.equal(descriptors(), before);
  for (const [n, queue] of queues.entries()) queue.putSync(n);
  const child = await start(
    async (some: Queue<number>[]) => {
      const { readdirSync } = await import('node:fs');
      const before = readdirSync('/proc/self/fd').length;
      const sum = some.reduce((sum, queue) => sum + queue.getSync(), 0);
      return [sum, readdirSync('/proc/self/fd').length - before];
    },
    [queues.slice(900)],
  );
  assert.deepEqual(await child.result(), [94_950, 0]);
  for (const [n, queue] of queues.slice(0, 900).entries()) assert.equal(queue.getNowait(), n);
  for (const queue of queues) queue.close();
  assert.ok(descriptors() <= before + 5, 'pipes to the child, no more');
  await child.join();
});

for (const [how, turn] of [
  ['put() and get()', putAndGet],
  ['putMany() and getMany()', putManyAndGetMany],
] as const) {
  test(`Queue does not grow, however many items go through it: ${how}`, async () => {
    const queue = new Queue<string>();
    for (let n = 0; n < 20; n++) await turn(queue);
    const before = sessionBytes();
    for (let n = 0; n < 200; n++) await turn(queue);
    assert.equal(sessionBytes(), before);
  });
}

test('Queue gives back what was put far ahead of the readers, to be used again', async () => {
  const queues = [new Queue<string>(), new Queue<string>()];
  const fillAndDrain = async (queue: Queue<string>) => {
    for (let n = 0; n < 2000; n++) queue.putSync('x'.repeat(1000));
    while (!queue.empty()) await queue.get();
  };
  for (const queue of queues) await fillAndDrain(queue);
  const before = sessionBytes();
  for (const queue of queues) await fillAndDrain(queue);
  assert.equal(sessionBytes(), before);
});

async function putAndGet(queue: Queue<string>): Promise<void> {
  for (let n = 0; n < 100; n++) queue.putSync('x'.repeat(500));
  queue.putSync('y'.repeat(20_000));
  for (let n = 0; n <= 100; n++) await queue.get();
}

async function putManyAndGetMany(queue: Queue<string>): Promise<void> {
  await queue.putMany(Array.from({ length: 500 }, (_, n) => `item ${n}`));
  for (let got = 0; got < 500; ) got += (await queue.getMany(100)).length;
}
