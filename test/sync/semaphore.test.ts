import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedSemaphore, Semaphore, StateError, TimeoutError } from '../../src/index.js';
import { eventually, inChild, start } from '../support/start.js';

test('Semaphore has 1 permit unless said, and getValue() tells how many are free', async () => {
  assert.equal(new Semaphore().getValue(), 1);
  const semaphore = new Semaphore(2);
  assert.equal(await semaphore.acquire(), true);
  assert.equal(semaphore.acquireSync(), true);
  assert.equal(semaphore.getValue(), 0);
  assert.equal(semaphore.tryAcquire(), false);
  assert.equal(await semaphore.acquire(2), false);
  semaphore.release(2);
  assert.equal(semaphore.getValue(), 2);
});

test('Semaphore(negative) and others that are no count are RangeErrors', () => {
  for (const wrong of [-1, 1.5, Number.NaN, 2 ** 40]) assert.throws(() => new Semaphore(wrong), RangeError);
  assert.throws(() => new Semaphore(1).release(0), RangeError);
  assert.throws(() => new Semaphore(1).release(1.5), RangeError);
});

test('Semaphore.acquire() wakes waiters in order of arrival', async () => {
  const semaphore = new Semaphore(0);
  const order: number[] = [];
  const waiting = [1, 2, 3].map((n) => semaphore.acquire().then(() => order.push(n)));
  semaphore.release(3);
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
});

test('Semaphore.release() by a process that holds none makes one more, when nobody holds any', async () => {
  const semaphore = new Semaphore(0);
  await inChild((semaphore: Semaphore) => semaphore.release(), semaphore);
  assert.equal(semaphore.getValue(), 1);
});

test('Semaphore.release() by a process that holds none settles the permit held longest', async () => {
  const semaphore = new Semaphore(1);
  const holder = await start(
    async (semaphore: Semaphore) => {
      await semaphore.acquire();
      await new Promise((resolve) => setTimeout(resolve, 1e8));
    },
    [semaphore],
  );
  await eventually(() => semaphore.getValue() === 0);
  semaphore.release();
  assert.equal(semaphore.getValue(), 1);
  holder.kill();
  await holder.join();
  assert.equal(semaphore.getValue(), 1, 'it held no permit any more');
});

test('BoundedSemaphore.release() above the first value is a StateError', async () => {
  const semaphore = new BoundedSemaphore(2);
  assert.throws(() => semaphore.release(), StateError);
  await semaphore.acquire();
  semaphore.release();
  assert.throws(() => semaphore.release(), StateError);
  assert.equal(semaphore.getValue(), 2);
});

test('Semaphore.hold() and runExclusive() give the permit back', async () => {
  const semaphore = new Semaphore(1);
  {
    using _guard = await semaphore.hold();
    assert.equal(semaphore.getValue(), 0);
    await assert.rejects(semaphore.hold(1), TimeoutError);
  }
  await assert.rejects(
    semaphore.runExclusive(() => Promise.reject(new TypeError('inside'))),
    TypeError,
  );
  assert.equal(semaphore.getValue(), 1);
});

test('Semaphore.holdSync() and runExclusiveSync() give the permit back', () => {
  for (const semaphore of [new Semaphore(1), new BoundedSemaphore(1)]) {
    {
      using _guard = semaphore.holdSync();
      assert.equal(semaphore.getValue(), 0);
      assert.throws(() => semaphore.holdSync(1), TimeoutError);
    }
    assert.equal(
      semaphore.runExclusiveSync(() => semaphore.getValue()),
      0,
    );
    assert.throws(
      () =>
        semaphore.runExclusiveSync(() => {
          throw new TypeError('inside');
        }),
      TypeError,
    );
    assert.equal(semaphore.getValue(), 1);
  }
});

test('Semaphore.acquire({ signal }) rejects with the reason and leaves no waiter; acquireSync() and hold() too', async () => {
  const semaphore = new Semaphore(1);
  const reason = new RangeError('enough');
  const signal = AbortSignal.abort(reason);
  await assert.rejects(semaphore.acquire({ signal }), reason);
  await assert.rejects(semaphore.hold({ signal }), reason);
  assert.throws(() => semaphore.acquireSync({ signal }), reason);
  assert.throws(() => semaphore.holdSync({ signal }), reason);
  assert.equal(semaphore.getValue(), 1, 'no permit was taken');
  assert.equal(semaphore.tryAcquire(), true);
  const later = new AbortController();
  const waiting = semaphore.acquire({ signal: later.signal });
  assert.equal(semaphore.snapshot().waiters, 1);
  later.abort(reason);
  await assert.rejects(waiting, reason);
  assert.equal(semaphore.snapshot().waiters, 0);
  semaphore.release();
});

test('BoundedSemaphore has the members of Semaphore: acquire, tryAcquire, getValue, hold, runExclusive', async () => {
  const semaphore = new BoundedSemaphore(1);
  assert.equal(await semaphore.acquire(), true);
  assert.equal(await semaphore.acquire(1), false);
  assert.equal(semaphore.acquireSync(0), false);
  assert.equal(semaphore.tryAcquire(), false);
  semaphore.release();
  (await semaphore.hold()).release();
  assert.equal(await semaphore.runExclusive(() => semaphore.getValue()), 0);
  assert.equal(semaphore.getValue(), 1);
  for (const wrong of [0, -1, 1.5]) assert.throws(() => semaphore.release(wrong), RangeError);
});

test('Semaphore gets the permits of a process back that ended without releasing, killed or not', async () => {
  const semaphore = new BoundedSemaphore(3);
  await inChild(async (semaphore: BoundedSemaphore) => void (await semaphore.acquire()), semaphore);
  await semaphore.acquire();
  const holder = await start(
    async (semaphore: BoundedSemaphore) => {
      semaphore.acquireSync();
      semaphore.acquireSync();
      await new Promise((resolve) => setTimeout(resolve, 1e8));
    },
    [semaphore],
  );
  await eventually(() => semaphore.getValue() === 0);
  const waiting = semaphore.acquire();
  holder.kill();
  assert.equal(await waiting, true);
  await holder.join();
  assert.equal(semaphore.getValue(), 1);
});
