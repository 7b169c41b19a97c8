/** What a task may know of itself, and how it hears that it is to end. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CancelledError, currentTask, Pool, StateError, TimeoutError } from '../../src/index.js';

const pool = new Pool(2);
after(() => pool.terminate());

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Ends when its signal fires, with what the signal says. */
const untilAborted = () => {
  const { signal } = currentTask();
  return new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => resolve(`${signal.reason.name}`), { once: true });
  });
};
/** Looks at its signal, and does not care. */
const deaf = () => {
  currentTask().signal.addEventListener('abort', () => {});
  return new Promise(() => {});
};

async function withOne<T>(run: (single: Pool) => Promise<T>): Promise<T> {
  const single = new Pool(1);
  try {
    await single.ready();
    return await run(single);
  } finally {
    await single.terminate();
  }
}

describe('currentTask()', () => {
  it('is for tasks only', async () => {
    assert.throws(() => currentTask(), StateError);
    const later = async () => {
      const { promise, resolve } = ((): { promise: Promise<string>; resolve: (v: string) => void } => {
        let resolve: (v: string) => void = () => {};
        return { promise: new Promise((r) => (resolve = r)), resolve: (v) => resolve(v) };
      })();
      (globalThis as { left?: Promise<string> }).left = promise;
      setTimeout(() => {
        try {
          resolve(`runs ${currentTask().id}`);
        } catch (error) {
          resolve((error as Error).name);
        }
      }, 1);
      await null;
    };
    await withOne(async (single) => {
      await single.apply(later);
      assert.equal(await single.apply(() => (globalThis as { left?: Promise<string> }).left), 'StateError');
    });
  });

  it('id is different for each item, and the same in each of its runs', async () => {
    const ids = await pool.map(() => currentTask().id, numbers(500));
    const more = await Promise.all(numbers(100).map(() => pool.apply(() => currentTask().id)));
    assert.equal(new Set([...ids, ...more]).size, 600);
    async function* source() {
      for (const i of numbers(300)) yield i;
    }
    const streamed: number[] = [];
    for await (const id of pool.imap(() => currentTask().id, source(), { chunkSize: 7 })) streamed.push(id);
    assert.equal(new Set([...ids, ...more, ...streamed]).size, 900);
    const idInSecondRun = () => {
      const { id, attempt } = currentTask();
      if (attempt === 1) throw new Error(String(id));
      return id;
    };
    const firstIds = await pool.mapSettled(idInSecondRun, numbers(3));
    assert.ok(firstIds.every(({ status }) => status === 'rejected'));
    const seen: unknown[] = [];
    const report = () => {
      const task = currentTask();
      task.report(task.id);
      if (task.attempt < 3) throw new Error('again');
      return task.id;
    };
    const id = await pool.apply(report, [], { retries: 2, onProgress: (value) => seen.push(value) });
    assert.deepEqual(seen, [id, id, id]);
  });

  it('attempt counts the runs of an item from 1', async () => {
    assert.equal(await pool.apply(() => currentTask().attempt), 1);
    const third = (x: number) => {
      const { attempt } = currentTask();
      if (attempt < 3) throw new Error(`run ${attempt}`);
      return [x, attempt];
    };
    assert.deepEqual(await pool.map(third, [1, 2], { retries: 2 }), [
      [1, 3],
      [2, 3],
    ]);
    await assert.rejects(pool.apply(third, [1], { retries: 1 }), /run 2/);
  });

  it('workerState is what the initializer returned, or its promise came to', async () => {
    const later = async (start: number) => ({ count: start });
    const now = (start: number) => ({ count: start });
    for (const initializer of [later, now]) {
      await using stateful = new Pool(1, { initializer: initializer as never, initargs: [10] });
      const count = () => ++(currentTask().workerState as { count: number }).count;
      assert.deepEqual(await stateful.map(count, numbers(3)), [11, 12, 13]);
    }
    assert.equal(await pool.apply(() => currentTask().workerState), undefined);
  });
});

describe('currentTask().signal', () => {
  it('fires when the time of the item is over; a task that ends then keeps its worker', async () => {
    await withOne(async (single) => {
      const { pids } = single.stats();
      await assert.rejects(single.apply(untilAborted, [], { timeout: 2000 }), TimeoutError);
      assert.equal(await single.apply((x: number) => x + 1, [1]), 2);
      assert.deepEqual(single.stats().pids, pids);
      assert.equal(single.stats().started, 1);
    });
  });

  it('fires when the caller aborts or cancels; a task that ends then keeps its worker', async () => {
    const tell = () => {
      const { signal, report } = currentTask();
      report('runs');
      return new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          (globalThis as { heard?: string }).heard = signal.reason.name;
          resolve();
        });
      });
    };
    await withOne(async (single) => {
      for (const way of ['abort', 'cancel'] as const) {
        const stop = new AbortController();
        const { promise: runs, resolve: onProgress } = promised();
        const signal = way === 'abort' ? stop.signal : undefined;
        const result = single.applyAsync(tell, [], { signal, onProgress: onProgress as never });
        await runs;
        if (way === 'abort') stop.abort(new Error('enough'));
        else result.cancel();
        if (way === 'abort') await assert.rejects(result.get(), /enough/);
        else await assert.rejects(result.get(), CancelledError);
        const heard = await single.apply(() => (globalThis as { heard?: string }).heard);
        assert.equal(heard, 'CancelledError');
      }
      assert.equal(single.stats().started, 1);
    });
  });

  it('fires in what runs beside the item whose error ended the map, and nothing is killed', async () => {
    await using two = new Pool(2);
    await two.ready();
    const failOrWait = async (x: number) => {
      if (x === 0) throw new Error('the first');
      const { signal } = currentTask();
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      (globalThis as { heard?: boolean }).heard = true;
    };
    await assert.rejects(two.map(failOrWait, [0, 1], { chunkSize: 1 }), /the first/);
    await two.map((x: number) => x, numbers(2), { chunkSize: 1 });
    assert.equal(two.stats().started, 2);
  });

  it('aborted is right in a loop that never returns to the event loop', async () => {
    const spin = () => {
      const { signal, report } = currentTask();
      report('spins');
      while (!signal.aborted);
      return signal.reason.name;
    };
    const spinUntilThrown = () => {
      const { signal, report } = currentTask();
      report('spins');
      for (;;) signal.throwIfAborted();
    };
    await withOne(async (single) => {
      for (const task of [spin, spinUntilThrown]) {
        const stop = new AbortController();
        const onProgress = () => stop.abort(new Error('enough'));
        await assert.rejects(single.apply(task, [], { signal: stop.signal, onProgress }), /enough/);
        assert.equal(await single.apply(() => 1), 1);
      }
      assert.equal(single.stats().started, 1);
    });
  });

  it('that nobody heeds: the worker, and it only, is replaced', async () => {
    await withOne(async (single) => {
      const [before] = single.stats().pids;
      await assert.rejects(single.apply(deaf, [], { timeout: 30 }), TimeoutError);
      assert.notEqual(await single.apply(() => process.pid), before);
      assert.equal(single.stats().started, 2);
      assert.equal(single.stats().crashed, 0);
    });
  });

  it('of a task that ends by itself in time is not aborted, nor is the next one', async () => {
    const look = async (x: number) => {
      const { signal } = currentTask();
      await null;
      return [x, signal.aborted];
    };
    const expected = numbers(20).map((x) => [x, false]);
    assert.deepEqual(await pool.map(look, numbers(20), { timeout: 60_000, chunkSize: 5 }), expected);
  });

  it('an item that is to be run again is not run twice at a time', async () => {
    const slow = async () => {
      const { signal, attempt, report } = currentTask();
      report(`begin ${attempt}`);
      if (attempt === 1) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      report(`end ${attempt}`);
      return attempt;
    };
    const seen: unknown[] = [];
    const onProgress = (value: unknown) => seen.push(value);
    assert.equal(await pool.apply(slow, [], { timeout: 2000, retries: 1, onProgress }), 2);
    assert.deepEqual(seen, ['begin 1', 'end 1', 'begin 2', 'end 2']);
  });
});

function promised(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
  let resolve: (value: unknown) => void = () => {};
  const promise = new Promise<unknown>((given) => {
    resolve = given;
  });
  return { promise, resolve };
}
