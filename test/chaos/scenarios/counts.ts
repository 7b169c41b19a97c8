// Semaphore, BoundedSemaphore, Event and Barrier under fire: permits come back, nobody sleeps for ever.

import assert from 'node:assert/strict';
import { Barrier, BoundedSemaphore, Event, RawArray, Semaphore } from '../../../src/index.js';
import { type ChaosReport, type ChaosWorker, chaos } from '../../../src/testing/chaos.js';
import { type Scenario, type Size, waitingPoints } from './scenario.js';

const PERMITS = 2;

export const semaphoreScenario: Scenario = {
  name: 'Semaphore',
  claim: 'a Semaphore lets as many in as it has permits, and has them all at the end',
  run: (size) => runWithPermits(new Semaphore(PERMITS), size),
};

export const boundedScenario: Scenario = {
  name: 'BoundedSemaphore',
  claim: 'a BoundedSemaphore has all its permits at the end and no more',
  async run(size) {
    const semaphore = new BoundedSemaphore(PERMITS);
    const result = await runWithPermits(semaphore, size);
    assert.throws(() => semaphore.release(), { name: 'StateError' });
    return result;
  },
};

async function runWithPermits(semaphore: Semaphore, size: Size): Promise<ChaosReport> {
  const result = await chaos({
    ...size,
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
    check: () => {
      const value = semaphore.getValue();
      assert.ok(value >= 0 && value <= PERMITS, `value ${value} of ${PERMITS} permits`);
    },
  });
  assert.equal(semaphore.getValue(), PERMITS, 'permits are lost or made');
  for (let n = 0; n < PERMITS; n++) assert.equal(semaphore.tryAcquire(), true);
  assert.equal(semaphore.tryAcquire(), false);
  semaphore.release(PERMITS);
  return result;
}

export const eventScenario: Scenario = {
  name: 'Event',
  claim: 'an Event that one sets and others clear wakes everybody',
  async run(size) {
    const event = new Event();
    const setting = setInterval(() => event.set(), 1);
    try {
      return await chaos({
        ...size,
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
    } finally {
      clearInterval(setting);
      event.clear();
      assert.equal(event.snapshot().waiters, 0, 'somebody dead still waits');
    }
  },
};

export const barrierScenario: Scenario = {
  name: 'Barrier',
  claim: 'a Barrier of two lets pairs pass, a death breaks it for who waits, reset repairs it',
  async run(size) {
    const barrier = new Barrier(2);
    const passed = new RawArray('i', 2); // how often somebody passed as number 0 and as number 1
    const result = await chaos({
      ...size,
      points: [...waitingPoints, 'barrier.arrive.half', 'barrier.passing'],
      args: [barrier, passed],
      worker: async (self: ChaosWorker, barrier: Barrier, passed: RawArray<'i'>) => {
        for (let n = 0; ; n++) {
          try {
            passed.add(n % 2 ? await barrier.wait() : barrier.waitSync(), 1);
          } catch (error) {
            if ((error as Error).name !== 'BrokenBarrierError') throw error;
            if (barrier.broken) barrier.reset();
          }
          self.progress();
        }
      },
    });
    const difference = Math.abs(passed.get(0) - passed.get(1));
    assert.ok(difference <= result.kills + size.processes, `${difference} passed without a partner`);
    assert.ok(passed.get(0) > 0, 'nobody has passed');
    return result;
  },
};
