/** The workers of a pool: how many there are, who gets what first, when they are replaced, what is taken back from slow ones. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Barrier,
  cpuCount,
  Event,
  Pool,
  SharedValue,
  StateError,
  WorkerCrashedError,
} from '../../src/index.js';

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const pidHere = () => process.pid;
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** So many workers of the pool run a call that ends when the event is set. */
async function occupied(pool: Pool, count: number): Promise<{ go: Event; waiting: Promise<void>[] }> {
  const begun = new SharedValue('i', 0);
  const go = new Event();
  const wait = async () => {
    begun.add(1);
    await go.wait();
  };
  const waiting = Array.from({ length: count }, () => pool.apply(wait));
  await until(() => begun.value === count);
  return { go, waiting };
}

describe('Pool.resize()', () => {
  it('starts more workers at once: as many items run together', async () => {
    await using pool = new Pool(1);
    const barrier = new Barrier(3);
    const met = pool.map(async (_: number) => barrier.wait(), numbers(3), { chunkSize: 1 });
    await pool.resize(3);
    assert.deepEqual((await met).sort(), [0, 1, 2]);
    const { processes, size, ready } = pool.stats();
    assert.deepEqual([processes, size, ready], [3, 3, 3]);
  });

  it('lets a worker that is too many finish its item, and gives others what it had not begun', async () => {
    await using pool = new Pool(2);
    await pool.ready();
    const begun = new SharedValue('i', 0);
    const go = new Event();
    const results = pool.map(
      async (x: number) => {
        begun.add(1);
        await go.wait();
        return x;
      },
      numbers(10),
      { chunkSize: 5 },
    );
    await until(() => begun.value === 2);
    const resized = pool.resize(1);
    assert.equal(pool.stats().workers.filter(({ state }) => state === 'leaving').length, 1);
    go.set();
    assert.deepEqual(await results, numbers(10));
    assert.equal(begun.value, 10);
    await resized;
    const { size, crashed, recycled, pids } = pool.stats();
    assert.deepEqual([size, crashed, recycled, pids.length], [1, 0, 0, 1]);
  });

  it('lets as many go as are too many, also while one of them has a successor already', async () => {
    await using pool = new Pool(3, { maxTasksPerChild: 10 });
    await pool.ready();
    const { go, waiting } = await occupied(pool, 2);
    // The third has nearly had its share: a successor is started.
    for (let i = 0; i < 8; i++) await pool.apply(pidHere);
    assert.ok(pool.stats().started > 3);
    const resized = pool.resize(1);
    assert.equal(pool.stats().busy, 1);
    go.set();
    await Promise.all(waiting);
    await resized;
    assert.ok(pool.stats().size <= 2); // on a slow machine the one has a successor
  });

  it('lets as many go as are too many, also while all of them have successors', async () => {
    await using pool = new Pool(3, { maxAgePerChild: 1 });
    await pool.ready();
    const { go, waiting } = await occupied(pool, 3);
    assert.ok(pool.stats().started > 3);
    const resized = pool.resize(1);
    assert.equal(pool.stats().busy, 1);
    go.set();
    await Promise.all(waiting);
    await resized;
    assert.ok(pool.stats().size <= 2); // the one, and its successor
  });

  it('may be called again before it is done: the last size counts', async () => {
    await using pool = new Pool(1);
    await Promise.all([pool.resize(3), pool.resize(2)]);
    assert.equal(pool.stats().size, 2);
    assert.deepEqual(await pool.map((x: number) => x, numbers(5)), numbers(5));
  });

  it('refuses what is no number of workers, and a pool that is closed', async () => {
    const pool = new Pool(1);
    for (const wrong of [0, -1]) await assert.rejects(pool.resize(wrong), RangeError);
    for (const wrong of [1.5, '2', undefined]) await assert.rejects(pool.resize(wrong as number), TypeError);
    pool.close();
    await assert.rejects(pool.resize(2), StateError);
    await pool.join();
  });
});

describe('priority', () => {
  it('goes first, in the order of submission where it is the same', async () => {
    await using pool = new Pool(1);
    const go = new Event();
    const placeOf = () => {
      const here = globalThis as { place?: number };
      return (here.place = (here.place ?? 0) + 1);
    };
    const first = pool.apply(async () => go.wait());
    await until(() => pool.stats().running === 1);
    const places = Promise.all([
      pool.apply(placeOf),
      pool.apply(placeOf, [], { priority: -1 }),
      pool.map(placeOf, [0, 1], { priority: 2.5 }),
      pool.apply(placeOf, [], { priority: 7 }),
      pool.apply(placeOf, [], { priority: 0 }),
      pool.applyAsync(placeOf, [], { priority: 7 }),
    ]);
    go.set();
    await first;
    assert.deepEqual(await places, [5, 7, [3, 4], 1, 6, 2]);
  });

  it('must be a finite number', async () => {
    await using pool = new Pool(1);
    for (const wrong of ['1', Number.NaN, null])
      await assert.rejects(pool.apply(pidHere, [], { priority: wrong as number }), TypeError);
    await assert.rejects(pool.map(pidHere, [1], { priority: Number.POSITIVE_INFINITY }), RangeError);
  });
});

describe('Replacing workers', () => {
  it('maxTasksPerChild: the successor is there before the last item of a share has ended, and begins only then', async () => {
    await using pool = new Pool(1, { maxTasksPerChild: 3 });
    const go = new Event();
    const before = [await pool.apply(pidHere), await pool.apply(pidHere)];
    const last = pool.apply(async () => {
      await go.wait();
      return process.pid;
    });
    const next = pool.apply(pidHere);
    await until(() => pool.stats().running === 1 && pool.stats().idle === 1);
    assert.equal(pool.stats().pending, 2);
    go.set();
    assert.equal(await last, before[1]);
    assert.notEqual(await next, before[1]);
    assert.equal(pool.stats().recycled, 1);
  });

  it('maxMemoryPerChild: a worker that has grown beyond it gets nothing more', async () => {
    const megabyte = 2 ** 20;
    await using pool = new Pool(1, { maxMemoryPerChild: 400 * megabyte });
    const grow = (bytes: number) => {
      const here = globalThis as { kept?: Buffer };
      here.kept = Buffer.alloc(bytes, 1);
      return process.pid;
    };
    const small = await pool.apply(grow, [megabyte]);
    assert.equal(await pool.apply(grow, [500 * megabyte]), small);
    assert.notEqual(await pool.apply(grow, [megabyte]), small);
    const { recycled, crashed } = pool.stats();
    assert.deepEqual([recycled, crashed], [1, 0]);
  });

  it('maxAgePerChild: an old worker is replaced as soon as another one is ready', async () => {
    await using pool = new Pool(1, { maxAgePerChild: 1 });
    const first = await pool.apply(pidHere);
    while ((await pool.apply(pidHere)) === first) await turn();
    assert.ok(pool.stats().recycled >= 1);
  });

  it('maxAgePerChild: no more old workers leave than others are ready', async () => {
    await using pool = new Pool(3, { maxAgePerChild: 1 });
    await pool.ready();
    for (let recycled = 0; recycled < 6; ) {
      await Promise.all(numbers(6).map(() => pool.apply(pidHere)));
      const { started, workers } = pool.stats();
      recycled = pool.stats().recycled;
      const starting = workers.filter(({ state }) => state === 'starting').length;
      assert.ok(recycled <= started - starting - 3, `${recycled} have left`);
    }
  });

  it('wrong limits are refused', () => {
    for (const name of ['maxMemoryPerChild', 'maxAgePerChild']) {
      assert.throws(() => new Pool(1, { [name]: 0 }), RangeError);
      assert.throws(() => new Pool(1, { [name]: '1' }), TypeError);
    }
  });
});

describe('Work is taken back', () => {
  it('from a worker with a long item: all others run while that one waits for them', async () => {
    await using pool = new Pool(2);
    const ended = new SharedValue('i', 0);
    const total = 400;
    const run = async (x: number) => {
      if (x === 0) while (ended.value < total - 1) await new Promise((resolve) => setTimeout(resolve, 1));
      else ended.add(1);
      return x;
    };
    const others = numbers(total).map((x) => x + total);
    await pool.map(run, others); // now it is known to be quick, and goes in large batches
    ended.value = 0;
    assert.deepEqual(await pool.map(run, numbers(total)), numbers(total));
    assert.equal(ended.value, total - 1);
  });

  it('each item runs once, also when the worker dies in the long one', async () => {
    await using pool = new Pool(2);
    const ended = new SharedValue('i', 0);
    const total = 400;
    const run = (x: number) => {
      if (x === 0) {
        while (ended.value < total - 1);
        process.kill(process.pid, 'SIGKILL');
      }
      ended.add(1);
    };
    await pool.map(
      run,
      numbers(total).map((x) => x + total),
    );
    ended.value = 0;
    const outcomes = await pool.mapSettled(run, numbers(total));
    assert.equal(ended.value, total - 1);
    const failed = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [[index, outcome.reason]] : [],
    );
    assert.equal(failed.length, 1);
    assert.equal(failed[0][0], 0);
    assert.ok(failed[0][1] instanceof WorkerCrashedError);
  });
});

describe('A pool in a task of a pool', () => {
  it('has its share of the processors, unless told', async () => {
    await using pool = new Pool(2);
    const sizes = await pool.apply(async () => {
      const [own, told] = [new Pool(), new Pool(3)];
      const sizes = [own.stats().processes, told.stats().processes];
      await Promise.all([own.terminate(), told.terminate()]);
      return sizes;
    });
    assert.deepEqual(sizes, [Math.max(1, Math.floor(cpuCount() / 2)), 3]);
  });
});

describe('Pool[Symbol.asyncDispose]()', () => {
  it('does everything that was submitted', async () => {
    const results = await (async () => {
      await using pool = new Pool(1);
      return pool.map((x: number) => x + 1, numbers(50)).then((all) => all.length);
    })();
    assert.equal(results, 50);
  });

  it('ends at once when a call has just failed and others are pending', async () => {
    let pending: Promise<unknown> | undefined;
    const block = async () => {
      await using pool = new Pool(2);
      pending = pool.apply(() => new Promise(() => {}));
      pending.catch(() => {});
      const failing = pool.apply(() => {
        throw new RangeError('no such colour');
      });
      await Promise.all([pending, failing]);
    };
    await assert.rejects(block(), /no such colour/);
    await assert.rejects(pending as Promise<unknown>, { name: 'PoolTerminatedError' });
  });

  it('waits for the others when a call was only cancelled', async () => {
    const go = new Event();
    let other: Promise<string> | undefined;
    {
      await using pool = new Pool(2);
      await pool.ready();
      const cancelled = pool.applyAsync(() => new Promise(() => {}));
      other = pool.apply(async () => {
        await go.wait();
        return 'done';
      });
      await turn();
      cancelled.cancel();
      go.set();
    }
    assert.equal(await other, 'done');
  });

  it('ends at once when a signal or a source has just ended a call and others are pending', async () => {
    async function* broken() {
      yield 1;
      throw new RangeError('the source broke');
    }
    const stop = new AbortController();
    const failing = [
      (pool: Pool) => pool.map((x: number) => x, broken()),
      (pool: Pool) => {
        setImmediate(() => stop.abort(new Error('enough')));
        return pool.apply(() => new Promise(() => {}), [], { signal: stop.signal });
      },
    ];
    for (const fail of failing) {
      let pending: Promise<unknown> | undefined;
      const block = async () => {
        await using pool = new Pool(2);
        pending = pool.apply(() => new Promise(() => {}));
        pending.catch(() => {});
        await Promise.all([pending, fail(pool)]);
      };
      await assert.rejects(block(), /enough|broke/);
      await assert.rejects(pending as Promise<unknown>, { name: 'PoolTerminatedError' });
    }
  });

  it('waits for the others when the failure was met, and work went on', async () => {
    const block = async () => {
      await using pool = new Pool(1);
      const failing = pool.apply(() => {
        throw new RangeError('no such colour');
      });
      await failing.catch(() => {});
      return pool.apply(() => 'done');
    };
    assert.equal(await block(), 'done');
  });
});

describe('Pool.stats()', () => {
  it('counts items and workers', async () => {
    await using pool = new Pool(2);
    await pool.ready();
    const outcomes = await pool.mapSettled((x: number) => {
      if (x === 3) throw new RangeError('three');
      return x;
    }, numbers(10));
    assert.equal(outcomes.length, 10);
    const { done, failed, pending, completed, busy, idle, running, size, restarts, recycled } = pool.stats();
    assert.deepEqual([done, failed, pending, completed, size], [9, 1, 0, 10, 2]);
    assert.deepEqual([busy, idle, running, restarts, recycled], [0, 2, 0, 0, 0]);
    const { workers, wait, run, throughput } = pool.stats();
    assert.deepEqual([workers.reduce((sum, { items }) => sum + items, 0), run.count], [10, 10]);
    assert.ok(wait.count >= 10); // what was taken back was handed out twice
    assert.ok(throughput > 0 && run.maxMs >= run.p50Ms && workers.every(({ busyShare }) => busyShare <= 1));
  });
});
