import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Barrier, BrokenBarrierError, Condition, Event, Lock, RLock, Semaphore } from '../../src/index.js';

const me = { pid: process.pid, alive: true };

test('Lock.snapshot() names the holder and counts who waits', async () => {
  const lock = new Lock();
  assert.deepEqual(lock.snapshot(), { holder: null, waiters: 0 });
  assert.equal(lock.isHeldHere(), false);
  lock.acquireSync();
  assert.equal(lock.isHeldHere(), true);
  const waiting = lock.acquire();
  assert.deepEqual(lock.snapshot(), { holder: me, waiters: 1 });
  lock.release();
  await waiting;
  lock.release();
  assert.deepEqual(lock.snapshot(), { holder: null, waiters: 0 });
});

test('RLock.snapshot() tells the depth too; RLock.isOwned(), locked(), tryAcquire(), acquireSync()', async () => {
  const lock = new RLock();
  assert.deepEqual(lock.snapshot(), { holder: null, waiters: 0, depth: 0 });
  assert.deepEqual([lock.locked(), lock.isOwned()], [false, false]);
  assert.equal(lock.acquireSync(), true);
  assert.equal(lock.tryAcquire(), true);
  assert.deepEqual(lock.snapshot(), { holder: me, waiters: 0, depth: 2 });
  assert.deepEqual([lock.locked(), lock.isOwned()], [true, true]);
  const inside = lock.runExclusive(() => lock.isOwned());
  assert.equal(lock.snapshot().waiters, 1, 'another async call waits');
  lock.release();
  lock.release();
  assert.equal(await inside, true);
  assert.equal(lock.isOwned(), false);
});

test('Semaphore.snapshot() tells who has how many permits', () => {
  const semaphore = new Semaphore(3);
  assert.deepEqual(semaphore.snapshot(), { value: 3, waiters: 0, holders: [] });
  semaphore.acquireSync();
  semaphore.acquireSync();
  assert.deepEqual(semaphore.snapshot(), { value: 1, waiters: 0, holders: [{ ...me, permits: 2 }] });
  semaphore.release(2);
});

test('Event.snapshot() tells whether it is set and how many wait', async () => {
  const event = new Event();
  const waiting = event.wait();
  assert.deepEqual(event.snapshot(), { isSet: false, waiters: 1 });
  event.set();
  await waiting;
  assert.deepEqual(event.snapshot(), { isSet: true, waiters: 0 });
});

test('Condition.snapshot() tells how many wait and who has the lock', async () => {
  const condition = new Condition(new Lock());
  await condition.acquire();
  assert.deepEqual(condition.snapshot(), { waiters: 0, lock: { holder: me, waiters: 0 } });
  const waiting = condition.wait();
  assert.deepEqual(condition.snapshot(), { waiters: 1, lock: { holder: null, waiters: 0 } });
  await condition.runExclusive(() => condition.notify());
  assert.equal(await waiting, true);
  condition.release();
});

test('Barrier.snapshot(), parties, nWaiting and broken', async () => {
  const barrier = new Barrier(2);
  assert.deepEqual(barrier.snapshot(), { parties: 2, nWaiting: 0, broken: false, waiters: [] });
  const waiting = barrier.wait();
  assert.deepEqual(barrier.snapshot(), { parties: 2, nWaiting: 1, broken: false, waiters: [me] });
  assert.deepEqual([barrier.parties, barrier.nWaiting, barrier.broken], [2, 1, false]);
  barrier.abort();
  await assert.rejects(waiting, BrokenBarrierError);
  assert.deepEqual(barrier.snapshot(), { parties: 2, nWaiting: 0, broken: true, waiters: [] });
  assert.throws(() => barrier.waitSync({ signal: AbortSignal.abort(new RangeError('enough')) }), RangeError);
});
