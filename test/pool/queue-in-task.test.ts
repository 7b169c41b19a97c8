// Queues as arguments of tasks, among what their function closes over, in their results and in a managed dict.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Manager, Pool, Process, Queue, SimpleQueue } from '../../src/index.js';
import { arena } from '../../src/memory/arena.js';
import { holdSlab } from '../../src/memory/slab-class.js';
import { collectUntil } from '../support/collect.js';

const holds = () => [...arena().itemsOf(holdSlab)].length;

test('Queue in arguments, closures and results of tasks, retried ones too, is the same queue everywhere', async () => {
  const before = holds();
  await (async () => {
    await using pool = new Pool(2);
    const [queue, captured] = [new Queue<number>(), new SimpleQueue<number>()];
    const put = (queue: Queue<number>, n: number) => {
      queue.putSync(n);
      captured.putSync(n);
      return { queue };
    };
    const results = await pool.starmap(
      put,
      Array.from({ length: 20 }, (_, n) => [queue, n] as [Queue<number>, number]),
      { chunkSize: 1 },
    );
    for (const { queue: back } of results) assert.equal(back, queue);
    const got = await queue.getMany(100);
    assert.deepEqual(
      got.sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, n) => n),
    );
    for (let n = 0; n < 20; n++) await captured.get();
    assert.equal(captured.empty(), true);
    const dieOnce = (queue: Queue<number>) => {
      queue.putSync(1);
      if (queue.qsize() === 1) process.kill(process.pid, 'SIGKILL');
      return queue.qsize();
    };
    assert.equal(await pool.apply(dieOnce, [queue], { retries: 1 }), 2);
  })();
  await collectUntil(() => holds() <= before);
});

test('Queue in a managed dict is kept by the dict', async () => {
  await using manager = await Manager();
  const dict = await manager.dict<string, Queue<string>>();
  const before = await (async () => {
    const queue = new Queue<string>();
    await queue.put('kept');
    await dict.set('queue', queue);
    return holds();
  })();
  await collectUntil(() => holds() < before); // this process has forgotten its handle
  for (let n = 0; n < 2; n++) {
    const queue = (await dict.get('queue')) as Queue<string>;
    assert.equal(queue.qsize(), 1);
  }
});

test('Queue in a field of a Process, and as what it returns', async () => {
  class Maker extends Process<[], Queue<string>> {
    readonly given = new Queue<string>();
    override run(): Queue<string> {
      this.given.putSync('given');
      const made = new Queue<string>();
      made.putSync('made');
      return made;
    }
  }
  const maker = new Maker();
  await maker.start();
  const made = await maker.result();
  await maker.join();
  assert.equal(made.getNowait(), 'made');
  assert.equal(maker.given.getNowait(), 'given');
});
