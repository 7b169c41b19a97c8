// The memory of a queue: it stays as long as anybody can reach the queue, and comes back when nobody can any more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Event, JoinableQueue, Pipe, Queue, SimpleQueue } from '../../src/index.js';
import { arena } from '../../src/memory/arena.js';
import { holdSlab, objectSlab, slabClasses } from '../../src/memory/slab-class.js';
import { collectUntil } from '../support/collect.js';
import { eventually, inChild, start } from '../support/start.js';

/** Objects, holds and blocks in use. */
function inUse(): number {
  let count = 0;
  for (const slab of slabClasses) {
    if (slab === holdSlab || slab === objectSlab || slab.name.startsWith('block-'))
      for (const _ of arena().itemsOf(slab)) count++;
  }
  return count;
}

/** What `body` took comes back when what it has made can be collected. */
async function comesBack(body: () => Promise<void>): Promise<void> {
  const before = inUse();
  await body();
  await collectUntil(() => inUse() <= before);
}

/** Whether an object has been collected; looking does not keep it, as `WeakRef.deref` would. */
function whenCollected(object: object): () => boolean {
  let gone = false;
  const registry = new FinalizationRegistry(() => (gone = true));
  registry.register(object, undefined);
  return () => registry !== undefined && gone;
}

test('Queue gives its memory back when nobody has it any more, unread items and what hangs on them too', async () => {
  await comesBack(async () => {
    const [, b] = Pipe();
    const queue = new Queue<unknown>(10);
    await queue.put([b, Buffer.alloc(100_000), new Queue(), 'x'.repeat(5000)]);
    await queue.put(new SimpleQueue());
    b.close();
  });
});

test('Queue after Queue, a thousand of them: memory is used again', async () => {
  await comesBack(async () => {
    for (let n = 0; n < 1000; n++) {
      const queue = new Queue<number>();
      queue.putSync(n);
      assert.equal(queue.getSync(), n);
    }
  });
});

test('Queue in a message is kept by the message, and by who has received it', async () => {
  await comesBack(async () => {
    const [a, b] = Pipe<Queue<string>>();
    const forgotten = await (async () => {
      const queue = new Queue<string>();
      await queue.put('kept');
      await a.send(queue);
      return whenCollected(queue);
    })();
    await collectUntil(forgotten);
    const received = await b.recv();
    assert.equal(await received.get(), 'kept');
    await a.send(received);
    assert.equal(await b.recv(), received);
    a.close();
    b.close();
  });
});

test('Queue that was received and collected can be received again', async () => {
  const carrier = new Queue<Queue<number>>();
  const [go, went] = [new Event(), new Event()];
  const owner = await start(
    async (carrier: Queue<Queue<number>>, go: Event, went: Event) => {
      const { Queue } = await import('../../src/index.js');
      const queue = new Queue<number>();
      for (let n = 0; n < 2; n++) {
        await queue.put(n);
        await carrier.put(queue);
        went.set();
        await go.wait();
        go.clear();
      }
    },
    [carrier, go, went],
  );
  for (let n = 0; n < 2; n++) {
    const forgotten = await (async () => {
      const queue = await carrier.get();
      assert.equal(await queue.get(), n);
      return whenCollected(queue);
    })();
    await collectUntil(forgotten);
    go.set();
  }
  await owner.join();
  assert.equal(owner.exitCode, 0);
});

test('Queue that waits in get() is not given back, whoever else forgets it', async () => {
  const [carrier, go] = [new Queue<Queue<string>>(), new Event()];
  const child = await start(
    async (carrier: Queue<Queue<string>>, go: Event) => {
      const getting = (await carrier.get()).get();
      go.set();
      return getting;
    },
    [carrier, go],
  );
  await (async () => {
    const queue = new Queue<string>();
    await carrier.put(queue);
    await go.wait();
    await queue.put('came');
  })();
  assert.equal(await child.result(), 'came');
  await child.join();
});

for (const how of ['ends', 'is killed'] as const) {
  test(`Queue whose last holder ${how}: its memory comes back`, async () => {
    const before = inUse();
    const made = new Event();
    const child = await start(
      async (made: Event, how: string) => {
        const { Queue } = await import('../../src/index.js');
        const queues = Array.from({ length: 10 }, () => new Queue<string>());
        for (const queue of queues) await queue.put('x'.repeat(50_000));
        made.set();
        if (how === 'is killed') await queues[0].get().then(() => queues[0].get()); // it waits in one of them
      },
      [made, how],
    );
    await made.wait();
    if (how === 'is killed') child.kill();
    await child.join();
    await eventually(() => inUse() <= before + 4); // the event, and what the process itself takes
  });
}

test('Queue that a child has, and the parent no more, goes on', async () => {
  const [back, front] = Pipe<number>();
  const child = await (async () => {
    const queue = new Queue<number>();
    await queue.putMany([1, 2, 3]);
    return start(
      async (queue: Queue<number>, front: typeof back) => {
        await front.recv();
        const items = await queue.getMany(10);
        await front.send(items.length);
      },
      [queue, front],
    );
  })();
  // Whatever the parent has made meanwhile does not lie where the queue is.
  await collectUntil(() => true);
  const others = Array.from({ length: 20 }, () => new Queue<number>());
  for (const other of others) await other.put(0);
  await back.send(0);
  assert.equal(await back.recv(), 3);
  await child.join();
});

test('JoinableQueue and its kept items are not touched by it: they stay until the session ends', async () => {
  const queue = new JoinableQueue<Queue<string>>(0, { redeliver: true });
  await (async () => {
    const inner = new Queue<string>();
    await inner.put('inside');
    await queue.put(inner);
  })();
  await inChild(async (queue) => void (await queue.get()), queue);
  assert.equal(await (await queue.get()).get(), 'inside');
  queue.taskDone();
});
