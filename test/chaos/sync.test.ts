// Processes that share a primitive are killed and paused at random and at every step of its protocol.
// MANYHANDS_CHAOS_KILLS and MANYHANDS_CHAOS_PROCESSES make it a long run (`npm run chaos`).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Condition, Event, Lock, RawArray, RLock, Semaphore } from '../../src/index.js';
import { type ChaosWorker, chaos } from '../../src/testing/chaos.js';
import { report, size } from './size.js';

const waitingPoints = [
  'wait-queue.enrol.marked',
  'wait-queue.link.half',
  'wait-queue.enrol.released',
  'wait-queue.wake.marked',
  'wait-queue.wake.released',
  'doorbell.marked',
];

test('chaos: one Lock keeps everybody apart and never stays with a dead process', async () => {
  const lock = new Lock();
  const inside = new RawArray('i', 2); // who is inside, how often anybody was
  const result = await chaos({
    ...size(),
    points: [...waitingPoints, 'lock.release.freed'],
    args: [lock, inside],
    worker: async (self: ChaosWorker, lock: Lock, inside: RawArray<'i'>) => {
      for (let n = 0; ; n++) {
        const guard = n % 2 ? await lock.hold() : lock.holdSync();
        if (guard.abandoned) inside.set(0, 0);
        if (inside.compareExchange(0, 0, process.pid) !== 0) throw new Error('two processes hold the lock');
        inside.add(1, 1);
        if (inside.compareExchange(0, process.pid, 0) !== process.pid)
          throw new Error('two processes hold the lock');
        guard.release();
        self.progress();
      }
    },
  });
  report('Lock', result);
  assert.equal(await lock.acquire(10_000), true);
});

test('chaos: one RLock, taken twice by each holder', async () => {
  const lock = new RLock();
  const inside = new RawArray('i', 1);
  const result = await chaos({
    ...size(),
    points: [...waitingPoints, 'lock.release.freed'],
    args: [lock, inside],
    worker: async (self: ChaosWorker, lock: RLock, inside: RawArray<'i'>) => {
      for (;;) {
        using guard = await lock.hold();
        using _again = await lock.hold();
        if (guard.abandoned) inside.set(0, 0);
        if (inside.compareExchange(0, 0, 1) !== 0) throw new Error('two processes hold the lock');
        inside.set(0, 0);
        self.progress();
      }
    },
  });
  report('RLock', result);
});

test('chaos: a Semaphore lets as many in as it has permits, and has them all at the end', async () => {
  const semaphore = new Semaphore(2);
  const result = await chaos({
    ...size(),
    points: [...waitingPoints, 'semaphore.acquire.half', 'semaphore.release.half'],
    args: [semaphore],
    worker: async (self: ChaosWorker, semaphore: Semaphore) => {
      for (let n = 0; ; n++) {
        if (n % 2) await semaphore.acquire();
        else semaphore.acquireSync();
        self.progress();
        semaphore.release();
      }
    },
    check: () =>
      assert.ok(semaphore.getValue() >= 0 && semaphore.getValue() <= 2, `value ${semaphore.getValue()}`),
  });
  report('Semaphore', result);
  assert.equal(semaphore.getValue(), 2);
});

test('chaos: an Event that one sets and clears wakes everybody else', async () => {
  const event = new Event();
  const setting = setInterval(() => {
    event.set();
    event.clear();
    event.set();
  }, 1);
  const result = await chaos({
    ...size(),
    points: waitingPoints,
    args: [event],
    worker: async (self: ChaosWorker, event: Event) => {
      for (let n = 0; ; n++) {
        if (n % 2) await event.wait();
        else event.waitSync();
        event.clear();
        self.progress();
      }
    },
  });
  clearInterval(setting);
  report('Event', result);
});

test('chaos: a Condition over a count of tokens: none is made or lost but by the dead', async () => {
  const condition = new Condition(new Lock());
  const tokens = new RawArray('i', [3]);
  const result = await chaos({
    ...size(),
    points: [...waitingPoints, 'condition.notify.half', 'lock.release.freed'],
    args: [condition, tokens],
    worker: async (self: ChaosWorker, condition: Condition, tokens: RawArray<'i'>) => {
      for (let n = 0; ; n++) {
        const sync = n % 2 === 0;
        const has = () => tokens.get(0) > 0;
        if (sync) condition.acquireSync();
        else await condition.acquire();
        // A dead worker may have kept a token: after a while one is made anew, so that the others go on.
        if (!(sync ? condition.waitForSync(has, 50) : await condition.waitFor(has, 50))) tokens.add(0, 1);
        tokens.add(0, -1);
        condition.release();
        self.progress();
        if (sync) condition.acquireSync();
        else await condition.acquire();
        tokens.add(0, 1);
        condition.notify();
        condition.release();
      }
    },
    check: () => assert.ok(tokens.get(0) >= 0),
  });
  report('Condition', result);
});
