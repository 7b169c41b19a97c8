import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Connection,
  EOFError,
  Event,
  JoinableQueue,
  type JoinableQueueOptions,
  Pipe,
  Queue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  SerializationError,
  StateError,
  TimeoutError,
} from '../../src/index.js';
import { arena } from '../../src/memory/arena.js';
import { holdSlab, slabClasses } from '../../src/memory/slab-class.js';
import { inChild, start } from '../support/start.js';

const modes: [name: string, options: JoinableQueueOptions][] = [
  ['counted', {}],
  ['redeliver', { redeliver: true }],
];

for (const [mode, options] of modes) {
  const make = <T>(maxSize = 0) => new JoinableQueue<T>(maxSize, options);

  test(`JoinableQueue.join() waits until everything is taken and done (${mode})`, async () => {
    const queue = make<number>();
    await queue.join();
    queue.joinSync();
    await queue.putMany([1, 2]);
    const joining = queue.join();
    await assert.rejects(queue.join(2), TimeoutError);
    assert.throws(() => queue.joinSync(2), TimeoutError);
    assert.equal(await queue.get(), 1);
    assert.equal(queue.getSync(), 2);
    assert.equal(queue.empty(), true);
    queue.taskDone();
    await assert.rejects(queue.join(0), TimeoutError);
    queue.taskDone();
    await joining;
    queue.joinSync();
  });

  test(`JoinableQueue.taskDone() more often than items were taken is a StateError (${mode})`, async () => {
    const queue = make<number>();
    assert.throws(() => queue.taskDone(), StateError);
    await queue.put(1);
    assert.throws(() => queue.taskDone(), StateError);
    await queue.get();
    queue.taskDone();
    assert.throws(() => queue.taskDone(), StateError);
    await queue.join();
  });

  test(`JoinableQueue is a Queue: order, limits, getMany(), qsize(), shutdown(), iteration (${mode})`, async () => {
    const queue = make<number | string>(3);
    await queue.putMany([1, 'two', 3]);
    await assert.rejects(queue.put(4, 2), QueueFullError);
    assert.equal(queue.full(), true);
    assert.equal(queue.qsize(), 3);
    assert.deepEqual(await queue.getMany(2), [1, 'two']);
    const putting = queue.putMany([4, 5, 6]);
    const got: unknown[] = [];
    for await (const item of queue) {
      got.push(item);
      queue.taskDone();
      if (item === 6) queue.shutdown();
    }
    await putting;
    assert.deepEqual(got, [3, 4, 5, 6]);
    await assert.rejects(queue.get(), QueueShutDownError);
    await assert.rejects(queue.join(0), TimeoutError);
    queue.taskDone();
    queue.taskDone();
    await queue.join();
    assert.throws(() => make(1.5), TypeError);
  });

  test(`JoinableQueue.shutdown({ immediate }) throws away what is left, and join() ends (${mode})`, async () => {
    const before = inUse();
    const queue = make<Buffer>();
    const empty = inUse();
    for (let n = 0; n < 5; n++) await queue.put(Buffer.alloc(50_000));
    const joining = queue.join();
    queue.shutdown({ immediate: true });
    await joining;
    assert.ok(inUse() <= empty + 1, 'at most the hold of this process is left');
    assert.ok(before < empty);
  });

  test(`JoinableQueue.join() waits for items done in other processes (${mode})`, async () => {
    const queue = make<number>();
    const done = new Queue<number>();
    const work = async (queue: JoinableQueue<number>, done: Queue<number>, sync: boolean) => {
      for (;;) {
        const n = sync ? queue.getSync() : await queue.get();
        if (n < 0) break;
        done.putSync(n);
        queue.taskDone();
      }
      queue.taskDone();
    };
    const children = [await start(work, [queue, done, true]), await start(work, [queue, done, false])];
    for (let n = 0; n < 300; n++) await queue.put(n);
    await queue.join();
    assert.equal(done.qsize(), 300);
    await queue.putMany([-1, -1]);
    for (const child of children) await child.join();
    queue.joinSync();
    const all = await done.getMany(300);
    assert.deepEqual(
      [...all].sort((a, b) => a - b),
      Array.from({ length: 300 }, (_, n) => n),
    );
  });

  test(`JoinableQueue: an item that can not be revived counts as done (${mode})`, async () => {
    const queue = make<unknown>();
    await assert.rejects(queue.put(Promise.resolve()), SerializationError);
    await queue.join();
    class Local {
      readonly broken = true;
    }
    await inChild(async (queue: JoinableQueue<unknown>) => {
      const { OutgoingParcel } = await import('../../src/channels/parcel.js');
      const original = OutgoingParcel.of;
      OutgoingParcel.of = (value, root) => {
        const parcel = original(value, root);
        parcel.bytes = new Uint8Array([250, 251, 252]);
        return parcel;
      };
      queue.putSync(1);
      OutgoingParcel.of = original;
      queue.putSync(2);
    }, queue);
    assert.equal(new Local().broken, true);
    await assert.rejects(queue.get(), SerializationError);
    assert.equal(await queue.get(), 2);
    queue.taskDone();
    await queue.join();
  });

  test(`JoinableQueue travels, and comes back as itself (${mode})`, async () => {
    const queue = make<unknown>();
    await queue.put([queue]);
    const [back] = (await queue.get()) as [JoinableQueue];
    assert.equal(back, queue);
  });

  test(`JoinableQueue.join({ signal }) rejects with the reason (${mode})`, async () => {
    const queue = make<number>();
    await queue.put(1);
    const aborter = new AbortController();
    const joining = queue.join({ signal: aborter.signal });
    aborter.abort(new Error('stop'));
    await assert.rejects(joining, /stop/);
  });
}

test('JoinableQueue.taskDone() may come from another process than the taker (counted)', async () => {
  const queue = new JoinableQueue<number>();
  await queue.put(1);
  await queue.get();
  const joining = queue.join();
  await inChild((queue: JoinableQueue<number>) => queue.taskDone(), queue);
  await joining;
  assert.throws(() => queue.taskDone(), StateError);
});

test('JoinableQueue.taskDone() is for the taker (redeliver)', async () => {
  const queue = new JoinableQueue<number>(0, { redeliver: true });
  await queue.put(1);
  await queue.get();
  await inChild((queue: JoinableQueue<number>) => {
    try {
      queue.taskDone();
    } catch (error) {
      if ((error as Error).name === 'StateError') return;
    }
    throw new Error('no StateError');
  }, queue);
  queue.taskDone();
  await queue.join();
  assert.throws(() => new JoinableQueue(0, { redeliver: 1 as never }), TypeError);
});

/** Takes `count` items, says that `done` of them are done, and waits to be killed. */
async function take(queue: JoinableQueue<unknown>, count: number, done: number, ready: Event) {
  for (let n = 0; n < count; n++) await queue.get();
  for (let n = 0; n < done; n++) queue.taskDone();
  ready.set();
  await new Event().wait();
}

async function takenByTheDead(queue: JoinableQueue<never>, count: number, done: number): Promise<void> {
  const ready = new Event();
  const child = await start(take, [queue as JoinableQueue<unknown>, count, done, ready]);
  await ready.wait();
  child.kill();
  await child.join();
}

test('JoinableQueue: items taken by a process that was killed count as done (counted)', async () => {
  const queue = new JoinableQueue<number>();
  await queue.putMany([1, 2, 3, 4]);
  await takenByTheDead(queue as JoinableQueue<never>, 3, 1);
  assert.equal(queue.qsize(), 1);
  assert.equal(await queue.get(), 4);
  const joining = queue.join();
  queue.taskDone();
  await joining;
});

test('JoinableQueue: items taken by a process that was killed go back to the head, in order (redeliver)', async () => {
  const queue = new JoinableQueue<number>(0, { redeliver: true });
  await queue.putMany([1, 2, 3, 4]);
  const joining = queue.join();
  await takenByTheDead(queue as JoinableQueue<never>, 3, 1);
  await queue.put(5);
  assert.equal(queue.qsize(), 4);
  assert.equal(queue.empty(), false);
  await assert.rejects(queue.join(0), TimeoutError);
  assert.deepEqual(await queue.getMany(10), [2, 3, 4, 5]);
  for (let n = 0; n < 4; n++) queue.taskDone();
  await joining;
  await assert.rejects(queue.get(0), QueueEmptyError);
});

test('JoinableQueue: a get() that waits is given what comes back (redeliver)', async () => {
  const queue = new JoinableQueue<string>(0, { redeliver: true });
  await queue.put('again');
  const ready = new Event();
  const child = await start(take, [queue as JoinableQueue<unknown>, 1, 0, ready]);
  await ready.wait();
  const getting = queue.get();
  child.kill();
  assert.equal(await getting, 'again');
  queue.taskDone();
  await queue.join();
  await child.join();
});

test('JoinableQueue: a process that exits without taskDone() gives its items back too (redeliver)', async () => {
  const queue = new JoinableQueue<string>(0, { redeliver: true });
  await queue.put('again');
  await inChild((queue: JoinableQueue<string>) => void queue.getSync(), queue);
  assert.equal(await queue.get(), 'again');
  queue.taskDone();
});

test('JoinableQueue: what hangs on an item comes again with it, and is freed when it is done (redeliver)', async () => {
  const queue = new JoinableQueue<unknown>(0, { redeliver: true });
  const before = inUse();
  const [a, b] = Pipe<string>();
  await queue.put({ large: Buffer.alloc(5_000_000, 7), middle: Buffer.alloc(20_000, 8), b });
  b.close();
  for (let n = 0; n < 2; n++) await takenByTheDead(queue as JoinableQueue<never>, 1, 0);
  const item = (await queue.get()) as { large: Buffer; middle: Buffer; b: Connection<string> };
  assert.equal(item.large.length, 5_000_000);
  assert.equal(
    item.large.every((byte) => byte === 7),
    true,
  );
  assert.equal(item.middle.equals(Buffer.alloc(20_000, 8)), true);
  await item.b.send('hello');
  assert.equal(await a.recv(), 'hello');
  queue.taskDone();
  await item.b.send('still open');
  item.b.close();
  assert.equal(await a.recv(), 'still open');
  await assert.rejects(a.recv(), EOFError);
  a.close();
  assert.ok(inUse() <= before, `${inUse() - before} items of shared memory were not given back`);
});

/** Blocks and holds in use. */
function inUse(): number {
  let count = 0;
  for (const slab of slabClasses) {
    if (slab === holdSlab || slab.name.startsWith('block-')) for (const _ of arena().itemsOf(slab)) count++;
  }
  return count;
}
