/** getReusableExecutor(): one executor for all, until something else is asked for. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { getReusableExecutor } from '../../src/futures.js';

after(() => getReusableExecutor().killWorkers());

const double = (x: number) => 2 * x;

describe('getReusableExecutor()', () => {
  it('gives the same executor until another is asked for; the old one runs what it has', async () => {
    const first = getReusableExecutor({ maxWorkers: 1 });
    assert.equal(getReusableExecutor(), first);
    assert.equal(getReusableExecutor({ maxWorkers: 1 }), first);
    const future = first.submit(double, 1);
    const second = getReusableExecutor({ maxWorkers: 1, maxTasksPerChild: 5 });
    assert.notEqual(second, first);
    assert.equal(first.isOpen, false);
    assert.equal(await future, 2);
    assert.equal(await second.submit(double, 2), 4);
    await first.shutdown();
  });

  it('gives a new executor after a shutdown', async () => {
    const first = getReusableExecutor();
    await first.shutdown();
    assert.notEqual(getReusableExecutor({ maxWorkers: 1 }), first);
  });
});
