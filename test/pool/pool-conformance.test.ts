/** One suite over pools of processes and of threads. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pool, ThreadPool } from '../../src/index.js';
import { poolConformance } from './pool-conformance.js';

poolConformance('Pool', (processes, options) => new Pool(processes, options));
poolConformance('ThreadPool', (processes, options) => new ThreadPool(processes, options));

describe('ThreadPool', () => {
  it('is a Pool whose workers are threads of this process', async () => {
    await using pool = new ThreadPool(1);
    assert(pool instanceof Pool);
    assert.equal(await pool.apply(() => process.pid), process.pid);
    assert.deepEqual(pool.stats().pids, [process.pid]);
  });

  it('is what a Pool is in the context of threads', async () => {
    await using pool = new Pool(1, { context: 'thread' });
    assert.equal(await pool.apply(() => process.pid), process.pid);
  });

  it('has no option of another context', () => {
    assert.throws(
      () => new ThreadPool(1, { context: 'spawn' } as never),
      /TypeError: ThreadPool: the option context/,
    );
    assert.throws(() => new Pool(1, { context: 'fork' as never }), RangeError);
  });
});
