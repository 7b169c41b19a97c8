// Who waits and who wakes is killed at each step of waiting.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Barrier, BrokenBarrierError, Event, Lock, Semaphore } from '../../src/index.js';
import { eventually, start } from '../support/start.js';
import { dyingAt, killedAt } from './killed-at.js';

for (const point of ['wait-queue.enrol.marked', 'wait-queue.link.half', 'wait-queue.enrol.released']) {
  for (const how of ['acquire', 'acquireSync'] as const) {
    test(`a waiter killed at ${point} in ${how}(): the others get the lock in their order`, async () => {
      const lock = new Lock();
      await lock.acquire();
      const order: number[] = [];
      const first = lock.acquire().then(() => order.push(1));
      await killedAt(point, async (lock: Lock, how: 'acquire' | 'acquireSync') => void (await lock[how]()), [
        lock,
        how,
      ]);
      const second = lock.acquire().then(() => order.push(2));
      lock.release();
      await first;
      lock.release();
      await second;
      lock.release();
      assert.deepEqual(order, [1, 2]);
      assert.equal(lock.locked(), false);
    });
  }
}

// The child holds the lock, sees that we wait for it, releases it and dies while it wakes us.
const releaseAndDie = (lock: Lock, waiters: Event) => {
  lock.acquireSync();
  while (!waiters.isSet());
  lock.release();
};

for (const point of [
  'lock.release.freed',
  'wait-queue.wake.marked',
  'wait-queue.wake.released',
  'doorbell.marked',
]) {
  test(`a process killed at ${point} while it wakes us: an awaiting call wakes all the same`, async () => {
    const lock = new Lock();
    const waiting = new Event();
    const child = dyingAt(point, releaseAndDie, [lock, waiting]);
    await child.start();
    await eventually(() => lock.locked());
    const acquiring = lock.acquire();
    waiting.set();
    assert.equal(await acquiring, true);
    await child.join();
    assert.equal(child.exitCode, -9);
  });
}

for (const point of ['lock.release.freed', 'wait-queue.wake.marked', 'wait-queue.wake.released']) {
  test(`a process killed at ${point} while it wakes us: a blocking call wakes all the same`, async () => {
    const lock = new Lock();
    const waiting = new Event();
    const child = dyingAt(point, releaseAndDie, [lock, waiting]);
    await child.start();
    await eventually(() => lock.locked());
    waiting.set();
    assert.equal(lock.acquireSync(), true);
    await child.join();
  });
}

test('a waiter killed after it was rung passes the ring on', async () => {
  const lock = new Lock();
  await lock.acquire();
  const stopped = await start(async (lock: Lock) => void (await lock.acquire()), [lock]);
  await eventually(() => waitersOf(lock) === 1);
  process.kill(stopped.pid as number, 'SIGSTOP');
  const acquiring = lock.acquire();
  lock.release(); // rings the stopped one, which is first in the queue
  const taken = await Promise.race([
    acquiring,
    new Promise((resolve) => setImmediate(resolve, 'still waiting')),
  ]);
  stopped.kill();
  assert.equal(await acquiring, true);
  assert.equal(taken === true || taken === 'still waiting', true);
  await stopped.join();
});

for (const point of ['semaphore.acquire.half', 'semaphore.release.half']) {
  test(`a process killed at ${point}: no permit is lost or made`, async () => {
    const semaphore = new Semaphore(3);
    await killedAt(
      point,
      (semaphore: Semaphore) => {
        for (;;) {
          semaphore.acquireSync();
          semaphore.acquireSync();
          semaphore.release();
          semaphore.release();
        }
      },
      [semaphore],
      3,
    );
    for (let n = 0; n < 3; n++) assert.equal(semaphore.tryAcquire(), true);
    assert.equal(semaphore.tryAcquire(), false);
    semaphore.release(3);
    assert.equal(semaphore.getValue(), 3);
  });
}

test('a process killed at barrier.arrive.half breaks the barrier for those who wait', async () => {
  const barrier = new Barrier(3);
  const waiting = barrier.wait();
  await Promise.all([
    assert.rejects(waiting, BrokenBarrierError),
    killedAt('barrier.arrive.half', (barrier: Barrier) => barrier.waitSync(), [barrier]),
  ]);
});

test('a process killed at barrier.passing, when all have come, lets the others pass', async () => {
  const barrier = new Barrier(2);
  const waiting = barrier.wait();
  await killedAt('barrier.passing', (barrier: Barrier) => barrier.waitSync(), [barrier]);
  assert.equal(await waiting, 0);
  assert.equal(barrier.broken, false);
});

function waitersOf(lock: Lock): number {
  const { words, base } = (lock as unknown as { object: { words: Int32Array; base: number } }).object;
  return Atomics.load(words, base + 5);
}
