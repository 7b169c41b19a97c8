/** What every executor does, whatever its workers are: run by executor-conformance.test.ts over processes and threads. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { asCompleted, type ExecutorOptions, type ProcessPoolExecutor, wait } from '../../src/futures.js';
import {
  CancelledError,
  Event,
  PoolTerminatedError,
  StateError,
  TimeoutError,
  WorkerCrashedError,
} from '../../src/index.js';
import { allOf } from '../support/all-of.js';

type MakeExecutor = (options: Omit<ExecutorOptions, 'context'>) => ProcessPoolExecutor;

const add = (a: number, b: number) => a + b;
const double = (x: number) => x * 2;
const waitFor = (runs: Event, go: Event) => {
  runs.set();
  return go.waitSync();
};

export function executorConformance(name: string, makeExecutor: MakeExecutor): void {
  describe(name, () => {
    let executor: ProcessPoolExecutor;
    before(() => {
      executor = makeExecutor({ maxWorkers: 2 });
    });
    after(() => executor.killWorkers());

    it('submit() gives a future of the result, or of the error with its class', async () => {
      const future = executor.submit(add, 1, 2);
      assert.equal(await future.result(), 3);
      assert.equal(future.done(), true);
      const fails = executor.submit(() => {
        throw new RangeError('no');
      });
      assert((await fails.exception()) instanceof RangeError);
    });

    it('map() gives results in order; a result that is late is a TimeoutError', async () => {
      assert.deepEqual(await allOf(executor.map(double, [1, 2, 3])), [2, 4, 6]);
      const slow = executor.map(() => new Promise((resolve) => setTimeout(resolve, 60_000)), [1], {
        timeout: 50,
      });
      await assert.rejects(allOf(slow), TimeoutError);
    });

    it('wait() and asCompleted() tell what is done', async () => {
      const futures = [executor.submit(double, 1), executor.submit(double, 2)];
      const { done, notDone } = await wait(futures);
      assert.deepEqual([done.size, notDone.size], [2, 0]);
      const results: number[] = [];
      for await (const future of asCompleted(futures)) results.push(await future.result());
      assert.deepEqual(results.sort(), [2, 4]);
    });

    it('a worker that dies fails its call only', async () => {
      const dies = executor.submit(() => process.exit(9));
      const error = await dies.exception();
      assert(error instanceof WorkerCrashedError);
      assert.equal(error.exitCode, 9);
      assert.equal(await executor.submit(add, 2, 2), 4);
    });

    it('cancel() is for what has not begun', async () => {
      const one = makeExecutor({ maxWorkers: 1 });
      const [runs, go] = [new Event(), new Event()];
      const first = one.submit(waitFor, runs, go);
      const second = one.submit(add, 1, 1);
      await runs.wait();
      assert.deepEqual([first.cancel(), second.cancel()], [false, true]);
      await assert.rejects(second.result(), CancelledError);
      go.set();
      assert.equal(await first, true);
      await one.shutdown();
      assert.throws(() => one.submit(add, 1, 1), StateError);
    });

    it('killWorkers() settles what runs, also where it blocks', async () => {
      const one = makeExecutor({ maxWorkers: 1 });
      const [runs, go] = [new Event(), new Event()];
      const blocked = one.submit(waitFor, runs, go);
      await runs.wait();
      await one.killWorkers();
      assert((await blocked.exception()) instanceof PoolTerminatedError);
    });
  });
}
