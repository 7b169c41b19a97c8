import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Event, NotOwnerError, RLock, StateError, TimeoutError } from '../../src/index.js';
import { eventually, inChild, start } from '../support/start.js';

test('RLock.acquire() may be repeated by its owner and must be released as often', async () => {
  const lock = new RLock();
  assert.equal(await lock.acquire(), true);
  assert.equal(lock.acquireSync(), true);
  assert.equal(lock.tryAcquire(), true);
  assert.equal(lock.snapshot().depth, 3);
  lock.release();
  lock.release();
  assert.equal(lock.locked(), true);
  lock.release();
  assert.equal(lock.locked(), false);
});

test('RLock.release() of a free lock is a StateError, by another process a NotOwnerError', async () => {
  const lock = new RLock();
  assert.throws(() => lock.release(), StateError);
  await lock.acquire();
  await assert.rejects(
    inChild((lock: RLock) => lock.release(), lock),
    NotOwnerError,
  );
  assert.equal(await inChild((lock: RLock) => lock.acquire(1), lock), false);
  lock.release();
});

test('RLock.runExclusive() is recursive inside, and keeps other async contexts of the process out', async () => {
  const lock = new RLock();
  let inside = 0;
  const work = () =>
    lock.runExclusive(async () => {
      assert.equal(++inside, 1);
      await lock.runExclusive(async () => {
        await lock.acquire();
        await new Promise((resolve) => setImmediate(resolve));
        lock.release();
      });
      inside--;
    });
  await Promise.all([work(), work(), work()]);
  assert.equal(lock.locked(), false);
});

test('RLock.runExclusive() keeps plain calls of the process out', async () => {
  const lock = new RLock();
  const entered = new Event();
  const leave = new Event();
  const running = lock.runExclusive(async () => {
    entered.set();
    await leave.wait();
  });
  await entered.wait();
  assert.equal(lock.tryAcquire(), false);
  assert.throws(() => lock.release(), NotOwnerError);
  leave.set();
  await running;
  assert.equal(lock.tryAcquire(), true);
  lock.release();
});

test('RLock.hold() owns for the async call that made it: it may take the lock again, others may not', async () => {
  const lock = new RLock();
  const entered = new Event();
  const leave = new Event();
  const holder = async () => {
    using guard = await lock.hold();
    assert.equal(guard.abandoned, false);
    assert.equal(lock.tryAcquire(), true);
    lock.release();
    entered.set();
    await leave.wait();
  };
  const holding = holder();
  await entered.wait();
  assert.equal(lock.tryAcquire(), false);
  await assert.rejects(async () => void (await lock.hold(1)), TimeoutError);
  leave.set();
  await holding;
  assert.equal(lock.locked(), false);
});

test('RLock.hold() twice in one async call, with and without using', async () => {
  const lock = new RLock();
  {
    using _a = await lock.hold();
    await new Promise((resolve) => setImmediate(resolve));
    using _b = await lock.hold();
    assert.equal(lock.snapshot().depth, 2);
  }
  assert.equal(lock.locked(), false);
  const a = await lock.hold();
  const b = await lock.hold();
  assert.equal(lock.snapshot().depth, 2);
  b.release();
  a.release();
  assert.equal(lock.locked(), false);
});

test('RLock.hold() by calls that run side by side lets one in at a time', async () => {
  const lock = new RLock();
  let inside = 0;
  const work = async () => {
    using _guard = await lock.hold();
    assert.equal(++inside, 1);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
  };
  const started = [work()];
  await new Promise((resolve) => setImmediate(resolve));
  started.push(work(), work());
  await Promise.all(started);
});

test('RLock.holdSync() and runExclusiveSync()', () => {
  const lock = new RLock();
  {
    using _guard = lock.holdSync();
    assert.equal(
      lock.runExclusiveSync(() => lock.snapshot().depth),
      2,
    );
  }
  assert.equal(lock.locked(), false);
});

test('RLock whose holder is killed is free, and the next one is told', async () => {
  const lock = new RLock();
  const holder = await start(
    async (lock: RLock) => {
      await lock.acquire();
      await lock.acquire();
      await new Promise((resolve) => setTimeout(resolve, 1e8));
    },
    [lock],
  );
  await eventually(() => lock.snapshot().depth === 2);
  assert.deepEqual(lock.snapshot().holder, { pid: holder.pid, alive: true });
  const holding = lock.hold();
  holder.kill();
  using guard = await holding;
  assert.equal(guard.abandoned, true);
  assert.equal(lock.snapshot().depth, 1);
});

test('RLock comes back as the same object from another process', async () => {
  const lock = new RLock();
  assert.equal(await inChild((lock: RLock) => lock, lock), lock);
});
