import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, inChild, start } from '../support/start.js';
import { Lock, Process, SharedCounter, StateError, TimeoutError } from './lock-support.js';

test('Lock.acquire() takes a free lock, locked() says so, release() frees it', async () => {
  const lock = new Lock();
  assert.equal(lock.locked(), false);
  assert.equal(await lock.acquire(), true);
  assert.equal(lock.locked(), true);
  lock.release();
  assert.equal(lock.locked(), false);
});

test('Lock.acquire(timeout) is false when the time is over, and leaves no waiter behind', async () => {
  const lock = new Lock();
  await lock.acquire();
  assert.equal(await lock.acquire(5), false);
  assert.equal(await lock.acquire({ timeout: 5 }), false);
  assert.equal(await lock.acquire(0), false);
  assert.equal(await lock.acquire(-1), false);
  lock.release();
  assert.equal(lock.tryAcquire(), true);
});

test('Lock.acquire() is not recursive and wakes waiters in order of arrival', async () => {
  const lock = new Lock();
  await lock.acquire();
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (n) => {
    await lock.acquire();
    order.push(n);
    lock.release();
  });
  lock.release();
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
});

test('Lock.acquire({ signal }) rejects with the reason of the signal', async () => {
  const lock = new Lock();
  await lock.acquire();
  const aborter = new AbortController();
  const waiting = lock.acquire({ signal: aborter.signal });
  const reason = new Error('enough');
  aborter.abort(reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(lock.acquire({ signal: aborter.signal }), reason);
  lock.release();
  assert.equal(lock.locked(), false);
});

test('Lock.acquireSync() and tryAcquire() and their timeouts', () => {
  const lock = new Lock();
  assert.equal(lock.acquireSync(), true);
  assert.equal(lock.acquireSync(5), false);
  assert.equal(lock.tryAcquire(), false);
  lock.release();
  assert.equal(lock.tryAcquire(), true);
});

test('Lock.release() of a free lock is a StateError', () => {
  const lock = new Lock();
  assert.throws(() => lock.release(), StateError);
  assert.equal(lock.tryAcquire(), true);
});

test('Lock.release() is allowed to a process that is not the holder', async () => {
  const lock = new Lock();
  await lock.acquire();
  await inChild((lock: Lock) => lock.release(), lock);
  assert.equal(lock.locked(), false);
});

test('Lock.hold() gives a guard that releases once, and TimeoutError when the time is over', async () => {
  const lock = new Lock();
  {
    using guard = await lock.hold();
    assert.equal(guard.abandoned, false);
    await assert.rejects(lock.hold(1), TimeoutError);
    assert.throws(() => lock.holdSync(1), TimeoutError);
    guard.release();
    guard.release();
    assert.equal(lock.locked(), false);
  }
  assert.equal(lock.locked(), false);
});

test('Lock.runExclusive() releases also when the function throws', async () => {
  const lock = new Lock();
  assert.equal(await lock.runExclusive(async () => 5), 5);
  await assert.rejects(
    lock.runExclusive(() => {
      throw new RangeError('inside');
    }),
    RangeError,
  );
  assert.equal(
    lock.runExclusiveSync(() => lock.locked()),
    true,
  );
  assert.equal(lock.locked(), false);
});

test('Lock keeps four processes apart, blocking and awaiting mixed: no increment is lost', async () => {
  const lock = new Lock();
  const counter = new SharedCounter();
  const blocking = (lock: Lock, at: number) => {
    const counter = new SharedCounter(at);
    for (let i = 0; i < 2000; i++) {
      lock.acquireSync();
      counter.incrementInTwoSteps();
      lock.release();
    }
  };
  const awaiting = async (lock: Lock, at: number) => {
    const counter = new SharedCounter(at);
    for (let i = 0; i < 2000; i++) {
      await lock.acquire();
      counter.incrementInTwoSteps();
      lock.release();
    }
  };
  const processes = [blocking, awaiting, blocking, awaiting].map(
    (target) => new Process({ target, args: [lock, counter.words.at] }),
  );
  await Promise.all(processes.map((process) => process.start()));
  await Promise.all(processes.map((process) => process.join()));
  assert.deepEqual(
    processes.map((process) => process.exitCode),
    [0, 0, 0, 0],
  );
  assert.equal(counter.value, 8000);
});

test('Lock comes back as the same object from another process', async () => {
  const lock = new Lock();
  assert.equal(await inChild((lock: Lock) => lock, lock), lock);
});

for (const how of ['awaiting', 'blocking'] as const) {
  test(`Lock whose holder is killed goes to the next one, ${how}, and says abandoned`, async () => {
    const lock = new Lock();
    const holder = await start(
      async (lock: Lock) => {
        await lock.acquire();
        await new Promise((resolve) => setTimeout(resolve, 1e8));
      },
      [lock],
    );
    await eventually(() => lock.locked());
    const waiter = await start(
      async (lock: Lock, how: string) => {
        using guard = how === 'awaiting' ? await lock.hold() : lock.holdSync();
        return guard.abandoned;
      },
      [lock, how],
    );
    holder.kill();
    assert.equal(await waiter.result(), true);
    await waiter.join();
    using guard = await lock.hold();
    assert.equal(guard.abandoned, false, 'told once');
  });
}

test('Lock whose holder is killed is free for a parent that blocks its own event loop', async () => {
  const lock = new Lock();
  const holder = await start(
    (lock: Lock) => {
      lock.acquireSync();
      for (;;);
    },
    [lock],
  );
  await eventually(() => lock.locked());
  holder.kill();
  using guard = lock.holdSync();
  assert.equal(guard.abandoned, true);
});

test('100 waiters of one process get a lock one after another', async () => {
  const lock = new Lock();
  let inside = 0;
  await Promise.all(
    Array.from({ length: 100 }, () =>
      lock.runExclusive(async () => {
        assert.equal(++inside, 1);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      }),
    ),
  );
});
