import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Condition, Event, Lock, NotOwnerError, Queue, RLock } from '../../src/index.js';
import { eventually, start } from '../support/start.js';

test('Condition.wait() without the lock is a NotOwnerError, and so are notify() and notifyAll()', async () => {
  for (const condition of [new Condition(), new Condition(new Lock())]) {
    await assert.rejects(condition.wait(), NotOwnerError);
    await assert.rejects(
      condition.waitFor(() => true),
      NotOwnerError,
    );
    assert.throws(() => condition.waitSync(), NotOwnerError);
    assert.throws(() => condition.waitForSync(() => true), NotOwnerError);
    assert.throws(() => condition.notify(), NotOwnerError);
    assert.throws(() => condition.notifyAll(), NotOwnerError);
  }
  assert.throws(() => new Condition({} as never), TypeError);
});

test('Condition.wait(timeout) is false when nobody notifies, and holds the lock again', async () => {
  const lock = new Lock();
  const condition = new Condition(lock);
  await condition.acquire();
  assert.equal(await condition.wait(2), false);
  assert.equal(lock.locked(), true);
  assert.equal(condition.waitSync(2), false);
  assert.equal(lock.locked(), true);
  assert.throws(() => condition.notify(-1), RangeError);
  condition.release();
  assert.equal(lock.locked(), false);
});

test('Condition.wait({ signal }) rejects with the reason, and holds the lock again', async () => {
  const condition = new Condition();
  const aborter = new AbortController();
  await condition.acquire();
  const waiting = condition.wait({ signal: aborter.signal });
  aborter.abort(new Error('stop'));
  await assert.rejects(waiting, /stop/);
  condition.notify();
  condition.release();
});

test('Condition.notify(n) wakes the n that have waited longest, notifyAll() the rest', async () => {
  const condition = new Condition();
  const woken: number[] = [];
  const waiting = [1, 2, 3, 4].map((n) =>
    condition.runExclusive(async () => {
      assert.equal(await condition.wait(), true);
      woken.push(n);
    }),
  );
  await eventually(() => condition.snapshot().waiters === 4);
  await condition.runExclusive(() => condition.notify(2));
  await Promise.all(waiting.slice(0, 2));
  assert.deepEqual(woken, [1, 2]);
  assert.equal(condition.snapshot().waiters, 2);
  await condition.runExclusive(() => condition.notifyAll());
  await Promise.all(waiting);
  assert.deepEqual(woken.sort(), [1, 2, 3, 4]);
});

test('Condition.wait() releases an RLock that was taken several times, and takes it as often again', async () => {
  const lock = new RLock();
  const condition = new Condition(lock);
  const waiting = lock.runExclusive(() =>
    lock.runExclusive(async () => {
      assert.equal(await condition.wait(), true);
      return lock.snapshot().depth;
    }),
  );
  await eventually(() => condition.snapshot().waiters === 1);
  await condition.runExclusive(() => condition.notify());
  assert.equal(await waiting, 2);
  assert.equal(lock.locked(), false);
});

test('Condition.waitFor() looks again after every notify, and gives what the predicate gave last', async () => {
  const condition = new Condition();
  let value = 0;
  const waiting = condition.runExclusive(() => condition.waitFor(() => value === 2));
  for (let n = 0; n < 2; n++) {
    await eventually(() => condition.snapshot().waiters === 1);
    await condition.runExclusive(() => {
      value++;
      condition.notifyAll();
    });
  }
  assert.equal(await waiting, true);
  await condition.acquire();
  assert.equal(await condition.waitFor(() => false, 2), false);
  assert.equal(
    condition.waitForSync(() => false, 2),
    false,
  );
  condition.release();
});

test('Condition over processes: a bounded buffer of two producers and two consumers loses nothing', async () => {
  const condition = new Condition();
  const queue = new Queue<number>(1);
  const produce = async (condition: Condition, queue: Queue<number>, from: number) => {
    for (let n = from; n < from + 40; n++) {
      await condition.runExclusive(async () => {
        await condition.waitFor(() => !queue.full());
        queue.putNowait(n);
        condition.notifyAll();
      });
    }
  };
  const consume = async (condition: Condition, queue: Queue<number>, sync: boolean) => {
    const got: number[] = [];
    while (got.length < 40) {
      if (sync) {
        condition.acquireSync();
        condition.waitForSync(() => !queue.empty());
        got.push(queue.getNowait());
        condition.notifyAll();
        condition.release();
      } else {
        await condition.runExclusive(async () => {
          await condition.waitFor(() => !queue.empty());
          got.push(queue.getNowait());
          condition.notifyAll();
        });
      }
    }
    return got;
  };
  const consumers = [
    await start(consume, [condition, queue, true]),
    await start(consume, [condition, queue, false]),
  ];
  const producers = [
    await start(produce, [condition, queue, 0]),
    await start(produce, [condition, queue, 40]),
  ];
  const got = (await Promise.all(consumers.map((consumer) => consumer.result()))).flat();
  await Promise.all(producers.map((producer) => producer.join()));
  assert.deepEqual(
    got.sort((a, b) => a - b),
    Array.from({ length: 80 }, (_, n) => n),
  );
});

test('Condition: a waiter that is killed after it was notified passes that on', async () => {
  const condition = new Condition(new Lock());
  const stopped = await start(
    async (condition: Condition) => {
      await condition.acquire();
      await condition.wait();
    },
    [condition],
  );
  await eventually(() => condition.snapshot().waiters === 1);
  process.kill(stopped.pid as number, 'SIGSTOP');
  const done = new Event();
  const second = (async () => {
    await condition.acquire();
    assert.equal(await condition.wait(), true);
    condition.release();
    done.set();
  })();
  await eventually(() => condition.snapshot().waiters === 2);
  await condition.acquire();
  condition.notify(); // the stopped one has waited longest
  condition.release();
  assert.equal(condition.snapshot().waiters, 1);
  stopped.kill();
  await second;
  assert.equal(done.isSet(), true);
});

test('Condition whose waiter is killed before any notify does not count it', async () => {
  const condition = new Condition();
  const child = await start(
    async (condition: Condition) => {
      await condition.acquire();
      await condition.wait();
    },
    [condition],
  );
  await eventually(() => condition.snapshot().waiters === 1);
  child.kill();
  await child.join();
  assert.equal(condition.snapshot().waiters, 0);
  await condition.runExclusive(() => condition.notify());
});

test('Condition.acquire(), acquireSync(), release(), runExclusive() and runExclusiveSync() are those of its lock', async () => {
  for (const lock of [new Lock(), new RLock()]) {
    const condition = new Condition(lock);
    assert.equal(await condition.acquire(), true);
    assert.equal(lock.locked(), true);
    condition.release();
    assert.equal(condition.acquireSync(10), true);
    condition.release();
    assert.throws(() => condition.release());
    assert.equal(await condition.runExclusive(() => lock.locked()), true);
    const inside = condition.runExclusiveSync(() => {
      condition.notify();
      return lock.locked();
    });
    assert.equal(inside, true);
    const failing = () => {
      throw new TypeError('inside');
    };
    assert.throws(() => condition.runExclusiveSync(failing), TypeError);
    assert.equal(lock.locked(), false);
  }
});

test('Condition.waitSync() and waitForSync(): timeout, predicate, aborted signal; the lock is held again', () => {
  const condition = new Condition();
  const reason = new RangeError('enough');
  const signal = AbortSignal.abort(reason);
  condition.runExclusiveSync(() => {
    assert.equal(condition.waitSync(1), false);
    assert.equal(
      condition.waitForSync(() => false, 1),
      false,
    );
    assert.equal(
      condition.waitForSync(() => true),
      true,
    );
    assert.throws(() => condition.waitSync({ signal }), reason);
    assert.throws(() => condition.waitForSync(() => true, { signal }), reason);
    condition.notifyAll(); // needs the lock
  });
  assert.throws(() => condition.waitSync(1), NotOwnerError);
  assert.equal(condition.snapshot().waiters, 0);
});

test('Condition.waitFor({ signal }) of an aborted signal rejects with the reason, and holds the lock', async () => {
  const condition = new Condition();
  const reason = new RangeError('enough');
  await condition.acquire();
  await assert.rejects(
    condition.waitFor(() => true, { signal: AbortSignal.abort(reason) }),
    reason,
  );
  condition.notify(); // needs the lock
  condition.release();
});
