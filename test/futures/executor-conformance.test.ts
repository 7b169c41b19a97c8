/** One suite over executors of processes and of threads. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getReusableExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/futures.js';
import { executorConformance } from './executor-conformance.js';

executorConformance('ProcessPoolExecutor', (options) => new ProcessPoolExecutor(options));
executorConformance('ThreadPoolExecutor', (options) => new ThreadPoolExecutor(options));

describe('ThreadPoolExecutor', () => {
  it('has threads of this process for workers', async () => {
    const executor = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.equal(await executor.submit(() => process.pid), process.pid);
    await executor.shutdown();
  });

  it('has no option of another context', () => {
    assert.throws(() => new ThreadPoolExecutor({ context: 'spawn' } as never), TypeError);
  });
});

describe('getReusableExecutor()', () => {
  it('makes a new one where another context is asked for', async () => {
    const threads = getReusableExecutor({ maxWorkers: 1, context: 'thread' });
    assert.equal(getReusableExecutor({ context: 'thread' }), threads);
    const processes = getReusableExecutor({ context: 'spawn' });
    assert.notEqual(processes, threads);
    await Promise.all([threads.shutdown(), processes.shutdown()]);
  });
});
