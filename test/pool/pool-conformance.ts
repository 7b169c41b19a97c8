/** What every pool does, whatever its workers are: run by pool-conformance.test.ts over processes and threads. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  currentProcess,
  currentTask,
  Event,
  type Pool,
  type PoolOptions,
  PoolTerminatedError,
  StateError,
  TimeoutError,
  WorkerCrashedError,
} from '../../src/index.js';
import { allOf } from '../support/all-of.js';

type MakePool = (processes: number, options?: Omit<PoolOptions, 'context'>) => Pool;

const double = (x: number) => x * 2;
const add = (a: number, b: number) => a + b;
const dieAtThree = (x: number) => {
  if (x === 3) {
    console.error('last words');
    process.exit(7);
  }
  return x;
};
const compute = () => {
  for (;;);
};

export function poolConformance(name: string, makePool: MakePool): void {
  describe(name, () => {
    let pool: Pool;
    before(() => {
      pool = makePool(2, {
        initializer: (word: unknown) => Object.assign(globalThis, { word }),
        initargs: ['set'],
      });
    });
    after(() => pool.terminate());

    it('ready() and stats() say when all workers are there', async () => {
      await pool.ready();
      const { processes, ready, pids } = pool.stats();
      assert.deepEqual([processes, ready, pids.length], [2, 2, 2]);
    });

    it('apply(), map(), starmap(), mapSettled(), imap() and imapUnordered() give what the function returns', async () => {
      const items = Array.from({ length: 100 }, (_, i) => i);
      const doubled = items.map(double);
      assert.equal(await pool.apply(add, [1, 2]), 3);
      assert.deepEqual(await pool.map(double, items), doubled);
      assert.deepEqual(
        await pool.starmap(add, [
          [1, 2],
          [3, 4],
        ]),
        [3, 7],
      );
      assert.deepEqual(await pool.mapSettled(double, [1]), [{ status: 'fulfilled', value: 2 }]);
      assert.deepEqual(await allOf(pool.imap(double, items)), doubled);
      const any = await allOf(pool.imapUnordered(double, items));
      assert.deepEqual(
        any.sort((a, b) => a - b),
        doubled,
      );
    });

    it('has run the initializer in each worker, and gives each item its task', async () => {
      const look = () => [
        (globalThis as { word?: string }).word,
        currentTask().attempt,
        currentProcess().daemon,
      ];
      for (const seen of await Promise.all([pool.apply(look), pool.apply(look)]))
        assert.deepEqual(seen, ['set', 1, true]);
    });

    it('carries large values and errors with their class', async () => {
      const bytes = new Uint8Array(300_000).fill(7);
      assert.deepEqual(
        await pool.apply((given: Uint8Array) => given.map((byte) => byte + 1), [bytes]),
        bytes.map(() => 8),
      );
      const fails = () => {
        throw new RangeError('too far', { cause: 'cause' });
      };
      await assert.rejects(
        pool.apply(fails),
        (error: Error) => error instanceof RangeError && error.message === 'too far',
      );
    });

    it('a worker that dies fails the item it was running and no other', async () => {
      const outcomes = await pool.mapSettled(dieAtThree, [1, 2, 3, 4, 5], { chunkSize: 5 });
      const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'failed')),
        [1, 2, 'failed', 4, 5],
      );
      const reason: unknown = failed[0]?.reason;
      assert(reason instanceof WorkerCrashedError);
      assert.equal(reason.exitCode, 7);
      assert.match(String(reason.stderrTail), /last words/);
    });

    it('timeout ends a worker that computes, and only that one', async () => {
      const other = pool.apply(double, [4]);
      await assert.rejects(pool.apply(compute, [], { timeout: 50 }), TimeoutError);
      assert.equal(await other, 8);
      assert.equal(await pool.apply(double, [5]), 10);
    });

    it('signal gives up an item that sleeps in a blocking call', async () => {
      const [runs, never] = [new Event(), new Event()];
      const controller = new AbortController();
      const sleeps = (runs: Event, never: Event) => {
        runs.set();
        never.waitSync();
      };
      const result = pool.apply(sleeps, [runs, never], { signal: controller.signal });
      await runs.wait();
      controller.abort(new Error('not wanted any more'));
      await assert.rejects(result, /not wanted any more/);
      assert.equal(await pool.apply(double, [6]), 12);
    });

    it('retries an item whose worker died', async () => {
      const diesOnce = () => (currentTask().attempt === 1 ? process.exit(1) : 'lived');
      assert.equal(await pool.apply(diesOnce, [], { retries: 1 }), 'lived');
    });

    it('maxTasksPerChild replaces workers and loses nothing', async () => {
      await using recycling = makePool(1, { maxTasksPerChild: 3 });
      const names = await recycling.map(() => currentProcess().name, Array.from({ length: 7 }));
      assert.equal(new Set(names).size, 3);
    });

    it('close() and join() end it when everything is done; then it takes no more', async () => {
      const closing = makePool(1);
      const result = closing.map(double, [1, 2, 3]);
      closing.close();
      await closing.join();
      assert.deepEqual(await result, [2, 4, 6]);
      await assert.rejects(closing.apply(double, [1]), StateError);
    });

    it('terminate() settles everything that is pending', async () => {
      const ending = makePool(1);
      await ending.ready();
      const pending = [ending.apply(compute), ending.apply(double, [1])];
      const settled = Promise.allSettled(pending);
      await ending.terminate();
      for (const outcome of await settled)
        assert(outcome.status === 'rejected' && outcome.reason instanceof PoolTerminatedError);
    });
  });
}
