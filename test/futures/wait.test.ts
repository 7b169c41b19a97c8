/** wait() and asCompleted(): several futures, of one executor or more. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { asCompleted, type Future, ProcessPoolExecutor, wait } from '../../src/futures.js';
import { TimeoutError } from '../../src/index.js';
import { Gate, stand } from './gate.js';

const executor = new ProcessPoolExecutor({ maxWorkers: 2 });
after(() => executor.killWorkers());

const double = (x: number) => 2 * x;
const fail = (): number => {
  throw new RangeError('it fails');
};

function standing<T>(value: T): { future: Future<T>; open: () => void; begun: () => Promise<unknown> } {
  const { begun, open } = new Gate();
  const future = executor.submit(stand<T>, begun, open, value) as Future<T>;
  return { future, open: () => open.set(), begun: () => begun.wait() };
}

describe('wait()', () => {
  it('waits for all of them', async () => {
    const futures = [executor.submit(double, 1), executor.submit(fail), executor.submit(double, 3)];
    const { done, notDone } = await wait(futures);
    assert.deepEqual([...done], futures);
    assert.equal(notDone.size, 0);
  });

  it('does not reject when the time is over, and tells who has not ended', async () => {
    const held = standing('held');
    const quick = executor.submit(double, 1);
    await quick;
    for (const options of [0, { timeout: 1 }, { timeout: -5 }]) {
      const { done, notDone } = await wait([held.future, quick], options);
      assert.ok(done.size === 1 && done.has(quick));
      assert.ok(notDone.size === 1 && notDone.has(held.future));
    }
    held.open();
    await held.future;
  });

  it('returns at the first that ends with FIRST_COMPLETED', async () => {
    const held = standing('held');
    const quick = executor.submit(double, 1);
    const { done } = await wait([held.future, quick], { returnWhen: 'FIRST_COMPLETED' });
    assert.deepEqual([...done], [quick]);
    held.open();
    await held.future;
  });

  it('returns at the first error with FIRST_EXCEPTION; a cancelled future is none', async () => {
    const [one, other] = [standing(1), standing(2)];
    await Promise.all([one.begun(), other.begun()]);
    const [cancelled, failing] = [executor.submit(double, 1), executor.submit(fail)];
    const all = [one.future, other.future, cancelled, failing];
    const first = wait(all, { returnWhen: 'FIRST_EXCEPTION' });
    cancelled.cancel();
    other.open();
    const { done, notDone } = await first;
    assert.ok(done.has(failing) && done.has(cancelled) && done.has(other.future));
    assert.deepEqual([...notDone], [one.future]);
    const again = await wait(all, { returnWhen: 'FIRST_EXCEPTION' });
    assert.equal(again.notDone.size, 1, 'it does not wait if one has failed before');
    one.open();
    await wait([one.future]);
  });

  it('has nothing to wait for without futures, and refuses what is none', async () => {
    assert.deepEqual(await wait([]), { done: new Set(), notDone: new Set() });
    await assert.rejects(wait([Promise.resolve(1) as Future<number>]), /wait: expected futures/);
    await assert.rejects(wait([], { returnWhen: 'SOON' as 'ALL_COMPLETED' }), TypeError);
  });
});

describe('asCompleted()', () => {
  it('gives the futures themselves in the order in which they end', async () => {
    const held = standing(1);
    const futures = [held.future, executor.submit(double, 5), executor.submit(fail)];
    await wait(futures.slice(1));
    const order: Future<number>[] = [];
    for await (const future of asCompleted(futures)) {
      const same: Future<number> = future;
      order.push(same);
      if (order.length === 2) held.open();
    }
    assert.deepEqual(order, [futures[1], futures[2], held.future]);
  });

  it('rejects when the time is over, and is over then', async () => {
    const held = standing(1);
    const quick = executor.submit(double, 1);
    await quick;
    const iterator = asCompleted([held.future, quick, quick], { timeout: 1 });
    assert.equal((await iterator.next()).value, quick);
    await assert.rejects(iterator.next(), (error: Error) => {
      assert.ok(error instanceof TimeoutError);
      assert.match(error.message, /1 of 2 futures have not ended in time/);
      return true;
    });
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
    held.open();
    await held.future;
  });
});
