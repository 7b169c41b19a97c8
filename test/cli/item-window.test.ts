/** The bounded window of items in flight. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInWindow } from '../../src/cli/item-window.js';

const never = new AbortController().signal;

describe('runInWindow()', () => {
  it('takes no item before there is room for it', async () => {
    let taken = 0;
    let delivered = 0;
    function* items() {
      for (let n = 0; n < 50; n++) {
        taken += 1;
        assert.ok(taken - delivered <= 4, `${taken} taken, ${delivered} delivered`);
        yield n;
      }
    }
    await runInWindow(items(), {
      size: 4,
      stop: never,
      run: async (item) => item,
      deliver: async () => {
        delivered += 1;
      },
    });
    assert.equal(delivered, 50);
  });

  it('delivers what is in flight and takes no more when stopped', async () => {
    const stop = new AbortController();
    const delivered: unknown[] = [];
    await runInWindow([1, 2, 3, 4, 5], {
      size: 2,
      stop: stop.signal,
      run: async (item) => {
        if (item === 2) stop.abort();
        return item;
      },
      deliver: async (outcome) => {
        delivered.push(outcome);
      },
    });
    assert.deepEqual(delivered, [1, 2]);
  });

  it('ends with the error of a delivery', async () => {
    const refused = new Error('disk full');
    const running = runInWindow([1, 2, 3], {
      size: 1,
      stop: never,
      run: async (item) => item,
      deliver: () => Promise.reject(refused),
    });
    await assert.rejects(running, refused);
  });

  it('ends with the error of its source', async () => {
    function* items() {
      yield 1;
      throw new RangeError('line 2 is bad');
    }
    const running = runInWindow(items(), {
      size: 1,
      stop: never,
      run: async (item) => item,
      deliver: async () => {},
    });
    await assert.rejects(running, /line 2 is bad/);
  });
});
