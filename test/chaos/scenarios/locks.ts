// Lock, RLock and Condition under fire: one at a time, and counters that are exact whoever dies inside.

import assert from 'node:assert/strict';
import { Condition, Lock, RawArray, RLock } from '../../../src/index.js';
import { type ChaosWorker, chaos } from '../../../src/testing/chaos.js';
import { type Scenario, waitingPoints } from './scenario.js';

const lockPoints = [...waitingPoints, 'lock.release.freed'];

/** Words of the counters: who is inside, two counts that are equal whenever the lock is free. */
const inside = 0;
const first = 1;
const second = 2;

export const lockScenario: Scenario = {
  name: 'Lock',
  claim: 'one Lock keeps everybody apart and never stays with a dead process',
  async run(size) {
    const lock = new Lock();
    const counters = new RawArray('i', 3);
    const result = await chaos({
      ...size,
      points: lockPoints,
      args: [lock, counters],
      worker: async (self: ChaosWorker, lock: Lock, counters: RawArray<'i'>) => {
        for (let n = 0; ; n++) {
          const guard = n % 2 ? await lock.hold() : lock.holdSync();
          if (guard.abandoned) {
            counters.set(inside, 0);
            counters.set(second, counters.get(first));
          }
          if (counters.compareExchange(inside, 0, process.pid) !== 0)
            throw new Error('two processes hold the lock');
          counters.set(first, counters.get(first) + 1);
          counters.set(second, counters.get(second) + 1);
          if (counters.compareExchange(inside, process.pid, 0) !== process.pid)
            throw new Error('two processes hold the lock');
          guard.release();
          self.progress();
        }
      },
    });
    using guard = await lock.hold(10_000);
    if (!guard.abandoned) assert.equal(counters.get(first), counters.get(second), 'the counts differ');
    assert.equal(lock.snapshot().waiters, 0, 'somebody dead still waits');
    return result;
  },
};

export const rlockScenario: Scenario = {
  name: 'RLock',
  claim: 'one RLock, taken twice by each holder, keeps everybody apart',
  async run(size) {
    const lock = new RLock();
    const counters = new RawArray('i', 3);
    const result = await chaos({
      ...size,
      points: lockPoints,
      args: [lock, counters],
      worker: async (self: ChaosWorker, lock: RLock, counters: RawArray<'i'>) => {
        for (;;) {
          using guard = await lock.hold();
          using _again = await lock.hold();
          if (guard.abandoned) {
            counters.set(inside, 0);
            counters.set(second, counters.get(first));
          }
          if (counters.compareExchange(inside, 0, process.pid) !== 0)
            throw new Error('two processes hold the lock');
          counters.set(first, counters.get(first) + 1);
          counters.set(second, counters.get(second) + 1);
          counters.set(inside, 0);
          self.progress();
        }
      },
    });
    using guard = await lock.hold(10_000);
    if (!guard.abandoned) assert.equal(counters.get(first), counters.get(second), 'the counts differ');
    assert.equal(lock.snapshot().depth, 1);
    return result;
  },
};

/** Who is notified is woken at once when the lock is a Lock, at its release when it is an RLock. */
export const conditionScenarios = [Lock, RLock].map(
  (LockClass): Scenario => ({
    name: `Condition of ${LockClass.name}`,
    claim: `a Condition of ${LockClass.name} over a count of tokens: none is made or lost but by the dead`,
    async run(size) {
      const condition = new Condition(new LockClass());
      const tokens = new RawArray('i', [3]);
      const result = await chaos({
        ...size,
        points: [...lockPoints, 'condition.notify.half'],
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
        check: () => assert.ok(tokens.get(0) >= 0, 'a token was taken twice'),
      });
      assert.equal(condition.snapshot().waiters, 0, 'somebody dead still waits');
      assert.equal(await condition.acquire(10_000), true);
      return result;
    },
  }),
);
