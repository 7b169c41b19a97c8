/** What a pool computes: every method, every kind of value, order, streams, options. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { AsyncResult, CancelledError, currentTask, Pool, StateError, TimeoutError } from '../../src/index.js';

const pool = new Pool(2);
after(() => pool.terminate());

const square = (x: number) => x * x;
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('Pool.apply()', () => {
  it('calls with no, one and several arguments', async () => {
    const count = (...args: unknown[]) => args.length;
    assert.equal(await pool.apply(count), 0);
    assert.equal(await pool.apply(count, []), 0);
    assert.equal(await pool.apply(count, [undefined]), 1);
    assert.equal(await pool.apply(count, [1, { two: 2 }, [3]]), 3);
  });

  it('runs async functions and functions that close over functions', async () => {
    const offset = { by: 2 };
    const add = (x: number) => x + offset.by;
    const outer = async (x: number) => {
      await null;
      return add(add(x));
    };
    assert.equal(await pool.apply(outer, [1]), 5);
  });

  it('sees what a function closes over as it is at the call', async () => {
    let threshold = 5;
    const above = (x: number) => x > threshold;
    assert.equal(await pool.apply(above, [6]), true);
    threshold = 7;
    assert.equal(await pool.apply(above, [6]), false);
  });

  it('has taken the arguments when it returns', async () => {
    const args: [{ n: number[] }] = [{ n: [1] }];
    const result = pool.apply((value: { n: number[] }) => value.n, args);
    args[0].n.push(2);
    assert.deepEqual(await result, [1]);
  });

  it('keeps classes, errors, dates, maps, undefined and -0', async () => {
    const value = {
      map: new Map([[1, new Date(0)]]),
      error: new RangeError('r'),
      nothing: undefined,
      zero: -0,
    };
    const back = await pool.apply((v: typeof value) => v, [value]);
    assert.deepEqual(back, value);
    assert.ok(back.error instanceof RangeError);
  });

  it('rejects with the error of the function, its class and the stack over there', async () => {
    const fail = () => {
      throw new TypeError('no such colour', { cause: 17 });
    };
    await assert.rejects(pool.apply(fail), (error: Error) => {
      assert.ok(error instanceof TypeError);
      assert.equal(error.message, 'no such colour');
      return true;
    });
  });

  it('rejects with whatever was thrown', async () => {
    const fail = () => {
      throw 'a string';
    };
    await assert.rejects(pool.apply(fail), /a string/);
  });

  it('keeps the order of calls on one worker', async () => {
    await using single = new Pool(1);
    const note = (x: number) => {
      const seen = ((globalThis as { seen?: number[] }).seen ??= []);
      seen.push(x);
      return seen.length;
    };
    const other = (x: number) => note(x);
    const places = await Promise.all([
      single.apply(note, [0]),
      single.apply(other, [1]),
      single.apply(note, [2]),
      single.apply(note, [3]),
      single.apply(other, [4]),
    ]);
    assert.deepEqual(places.length, 5);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
  });
});

describe('Pool.map()', () => {
  it('gives results in order, whatever the chunk size', async () => {
    const expected = numbers(1000).map(square);
    for (const chunkSize of ['auto', 1, 7, 1000, 5000] as const) {
      assert.deepEqual(await pool.map(square, numbers(1000), { chunkSize }), expected);
    }
  });

  it('gives and takes numbers as they are, many or few, among them others or not', async () => {
    const integers = numbers(30_000);
    const doubles = integers.map((n) => n / 3);
    const special = [...numbers(2000), -0, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY, ...numbers(100)];
    const mixed = [...numbers(1500), 'text', null, undefined, 7n, true, ...numbers(1500)];
    const holes = [...numbers(1500)];
    delete holes[1200];
    for (const list of [integers, doubles, special, mixed, [...mixed, { a: 1 }], holes]) {
      const results = await pool.map((x: unknown) => x, list);
      assert.equal(results.length, list.length);
      assert.ok(results.every((result, i) => Object.is(result, list[i]) || typeof result === 'object'));
    }
    assert.deepEqual(await pool.mapSettled(square, new Set(integers)), integers.map(fulfilled));
    function fulfilled(n: number) {
      return { status: 'fulfilled', value: n * n };
    }
  });

  it('gives what numbers have come to in the place of each, also if some fail', async () => {
    const picky = (n: number) => {
      if (n % 1000 === 999) throw new RangeError(`not ${n}`);
      return n % 3 === 0 ? [n] : n;
    };
    const outcomes = await pool.mapSettled(picky, numbers(5000));
    outcomes.forEach((outcome, n) => {
      if (outcome.status === 'rejected') assert.equal(outcome.reason.message, `not ${n}`);
      else assert.deepEqual(outcome.value, n % 3 === 0 ? [n] : n);
    });
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 5);
  });

  it('a quick function that returns a promise now and then is waited for', async () => {
    const sometimes = (n: number) => (n % 500 === 400 ? Promise.resolve(-n) : n);
    const results = await pool.map(sometimes, numbers(2000));
    assert.ok(results.every((result, n) => result === (n % 500 === 400 ? -n : n)));
  });

  it('takes no more than maxInFlight items from its source that are not settled', async () => {
    let settled = 0;
    let most = 0;
    function* counted() {
      for (let n = 0; n < 200; n++) {
        most = Math.max(most, n - settled);
        yield n;
      }
    }
    const onProgress = () => {
      settled++;
    };
    const options = { maxInFlight: 7, onProgress };
    assert.deepEqual(await pool.map(square, counted(), options), numbers(200).map(square));
    assert.ok(most >= 1 && most <= 7, `${most} were taken and not settled`);
    assert.equal((await pool.mapSettled(square, numbers(20), { maxInFlight: 2 })).length, 20);
    assert.deepEqual(await pool.starmap((a: number, b: number) => a + b, [[1, 2]], { maxInFlight: 1 }), [3]);
    assert.deepEqual(await pool.mapAsync(square, numbers(9), { maxInFlight: 3 }), numbers(9).map(square));
  });

  it('refuses a chunkSize below 1 with a RangeError, and one that is no whole number with a TypeError', async () => {
    for (const chunkSize of [0, -1, 0.5])
      await assert.rejects(pool.map(square, [1], { chunkSize }), RangeError);
    for (const chunkSize of [1.5, Number.NaN])
      await assert.rejects(pool.map(square, [1], { chunkSize }), TypeError);
  });

  it('gives an empty array for no items', async () => {
    assert.deepEqual(await pool.map(square, []), []);
    assert.deepEqual(await pool.map(square, (async function* () {})()), []);
  });

  it('takes any iterable and async iterable', async () => {
    assert.deepEqual(await pool.map(square, new Set([1, 2, 3])), [1, 4, 9]);
    assert.deepEqual(await pool.map((c: string) => c + c, 'ab'), ['aa', 'bb']);
    async function* later() {
      for (let i = 0; i < 100; i++) yield i;
    }
    assert.deepEqual(await pool.map(square, later()), numbers(100).map(square));
  });

  it('rejects with the error of an async source', async () => {
    async function* broken() {
      yield 1;
      throw new RangeError('the source broke');
    }
    await assert.rejects(pool.map(square, broken()), /the source broke/);
    assert.equal(pool.stats().pending, 0);
  });

  it('passes the item and nothing else', async () => {
    const count = (...args: unknown[]) => args.length;
    assert.deepEqual(await pool.map(count, [1, undefined, [1, 2]]), [1, 1, 1]);
  });

  it('carries objects and items that are plain in one call', async () => {
    const items = [1, { a: 2 }, 'three', null, [4], undefined];
    assert.deepEqual(
      await pool.map((x: unknown) => [x], items),
      items.map((x) => [x]),
    );
  });

  it('carries large buffers both ways', async () => {
    const sizes = [0, 10, 5_000, 100_000, 3_000_000];
    const buffers = sizes.map((size) => new Uint8Array(size).fill(size % 251));
    const back = await pool.map((b: Uint8Array) => b.map((x) => x + 1), buffers);
    assert.deepEqual(
      back,
      buffers.map((b) => b.map((x) => x + 1)),
    );
  });

  it('rejects at the first error and does not begin the rest', async () => {
    const before = pool.stats().completed;
    const fail = (x: number) => {
      if (x === 3) throw new Error('three');
      return x;
    };
    await assert.rejects(pool.map(fail, numbers(100_000), { chunkSize: 1 }), /three/);
    assert.ok(pool.stats().completed - before < 1000);
    assert.equal(await pool.apply(square, [2]), 4);
  });
});

describe('Pool.starmap() and Pool.mapSettled()', () => {
  it('spreads each item', async () => {
    const power = (a: number, b: number) => a ** b;
    assert.deepEqual(
      await pool.starmap(power, [
        [2, 3],
        [3, 2],
      ]),
      [8, 9],
    );
    assert.deepEqual(await pool.starmapAsync(power, [[2, 3]]), [8]);
    await assert.rejects(pool.starmap(power, [5 as never]), /items\[0\] must be an array of arguments/);
  });

  it('gives every outcome', async () => {
    const odd = (x: number) => {
      if (x % 2 === 0) throw new RangeError(`${x} is even`);
      return x;
    };
    const outcomes = await pool.mapSettled(odd, [1, 2, 3]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok((outcomes[1] as PromiseRejectedResult).reason instanceof RangeError);
  });
});

describe('Pool.imap() and Pool.imapUnordered()', () => {
  it('give every result, in order and in any order', async () => {
    assert.deepEqual(await collect(pool.imap(square, numbers(500))), numbers(500).map(square));
    const unordered = await collect(pool.imapUnordered(square, numbers(500)));
    assert.deepEqual(
      unordered.sort((a, b) => a - b),
      numbers(500).map(square),
    );
  });

  it('read ahead no further than maxInFlight', async () => {
    let taken = 0;
    let delivered = 0;
    function* source() {
      for (; taken < 100; taken++) {
        assert.ok(taken - delivered <= 5); // one may be on its way to us
        yield taken;
      }
    }
    for await (const _ of pool.imap(square, source(), { maxInFlight: 5 })) delivered++;
    assert.equal(delivered, 100);
  });

  it('cancel the rest and close the source on break', async () => {
    let closed = false;
    async function* endless() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    }
    for await (const result of pool.imapUnordered(square, endless())) if (result > 100) break;
    while (!closed) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(pool.stats().pending, 0);
  });

  it('end with the first error', async () => {
    const fail = (x: number) => {
      if (x === 2) throw new Error('two');
      return x;
    };
    const results = pool.imap(fail, numbers(10));
    assert.deepEqual(await results.next(), { done: false, value: 0 });
    assert.deepEqual(await results.next(), { done: false, value: 1 });
    await assert.rejects(results.next(), /two/);
    assert.deepEqual(await results.next(), { done: true, value: undefined });
  });

  it('throw an item that can not travel, after what was before it', async () => {
    const results = pool.imap((x: unknown) => x, [1, Symbol('local')]);
    assert.deepEqual(await results.next(), { done: false, value: 1 });
    await assert.rejects(results.next(), /items\[1\]/);
  });
});

describe('AsyncResult', () => {
  it('can be awaited, asked and waited for', async () => {
    const result = pool.applyAsync(square, [3]);
    assert.ok(result instanceof AsyncResult);
    assert.equal(await result, 9);
    assert.equal(await result.get(), 9);
    assert.equal(result.ready(), true);
    assert.equal(result.successful(), true);
  });

  it('says that it is not ready', async () => {
    const result = pool.applyAsync(() => new Promise<void>(() => {}));
    assert.equal(result.ready(), false);
    assert.throws(() => result.successful(), StateError);
    await assert.rejects(result.get(1), TimeoutError);
    await result.wait(1);
    assert.equal(result.cancel(), true);
    assert.equal(result.cancel(), false);
    await assert.rejects(result.get(), CancelledError);
    assert.equal(await pool.apply(square, [2]), 4);
  });

  it('cancels one call of a burst, and no other', async () => {
    const results = numbers(50).map((i) => pool.applyAsync(square, [i]));
    results[30].cancel();
    const outcomes = await Promise.allSettled(results);
    assert.deepEqual(
      outcomes.map((o) => (o.status === 'fulfilled' ? o.value : o.reason.name)),
      numbers(50).map((i) => (i === 30 ? 'CancelledError' : i * i)),
    );
  });

  it('calls back; what a callback throws is reported and harms nothing', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const called = new Promise<number>((callback) => pool.applyAsync(square, [4], { callback }));
    const failed = new Promise((errorCallback) => {
      pool.mapAsync(() => Promise.reject(new Error('no')), [1], { errorCallback });
    });
    assert.equal(await called, 16);
    assert.match(String(await failed), /no/);
    const callback = () => {
      throw new Error('in the callback');
    };
    assert.equal(await pool.applyAsync(square, [5], { callback }), 25);
    assert.match((await warned).message, /in the callback/);
  });

  it('keeps an error that nobody asks for to itself', async () => {
    const result = pool.applyAsync(() => {
      throw new Error('unheard');
    });
    await pool.apply(square, [1]);
    await result.wait();
    assert.equal(result.successful(), false);
  });
});

describe('Options of a pool', () => {
  it('initializer runs once in each worker, with initargs', async () => {
    const initializer = (value: { start: number }) => {
      (globalThis as { base?: number }).base = ((globalThis as { base?: number }).base ?? 0) + value.start;
    };
    await using started = new Pool(2, { initializer: initializer as never, initargs: [{ start: 10 }] });
    await started.ready();
    const bases = await started.map(() => (globalThis as { base?: number }).base, numbers(20), {
      chunkSize: 1,
    });
    assert.deepEqual(new Set(bases), new Set([10]));
  });

  it('maxTasksPerChild replaces a worker after so many items', async () => {
    await using recycled = new Pool(2, { maxTasksPerChild: 5 });
    const pids = await recycled.map(() => process.pid, numbers(40));
    const counts = new Map<number, number>();
    for (const pid of pids) counts.set(pid, (counts.get(pid) ?? 0) + 1);
    assert.ok(counts.size >= 8);
    for (const count of counts.values()) assert.ok(count <= 5);
    assert.equal(recycled.stats().crashed, 0);
  });

  it('name is what the workers are called', async () => {
    await using named = new Pool(1, { name: 'cruncher' });
    const { currentProcess } = await import('../../src/index.js');
    assert.equal(await named.apply(() => currentProcess().name), 'cruncher-1');
  });
});

describe('currentTask()', () => {
  it('tells a task its number and run', async () => {
    const look = () => {
      const { id, attempt } = currentTask();
      return [typeof id, attempt];
    };
    assert.deepEqual(await pool.apply(look), ['number', 1]);
    assert.throws(() => currentTask(), StateError);
  });

  it('counts the runs of an item that is run again', async () => {
    const third = () => {
      const { attempt } = currentTask();
      if (attempt < 3) throw new Error(`run ${attempt}`);
      return attempt;
    };
    assert.equal(await pool.apply(third, [], { retries: 2 }), 3);
    await assert.rejects(pool.apply(third, [], { retries: 1 }), /run 2/);
  });
});
