/** ProcessPoolExecutor: calls, maps, faults, the end. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { type Future, ProcessPoolExecutor } from '../../src/futures.js';
import {
  CancelledError,
  type Event,
  InitializerError,
  NotShippableError,
  PoolTerminatedError,
  SerializationError,
  StateError,
  TimeoutError,
  WorkerCrashedError,
} from '../../src/index.js';
import { Gate, stand } from './gate.js';

const executor = new ProcessPoolExecutor({ maxWorkers: 2 });
after(() => executor.killWorkers());

const double = (x: number) => 2 * x;
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** One call that runs in the only worker, three that wait. */
async function busyExecutor() {
  const single = new ProcessPoolExecutor({ maxWorkers: 1 });
  const gate = new Gate();
  const runs = single.submit(stand<string>, gate.begun, gate.open, 'ran');
  const waiting = numbers(3).map((i) => single.submit(double, i));
  await gate.begun.wait();
  return { single, runs, waiting, open: () => gate.open.set() };
}

describe('ProcessPoolExecutor.submit()', () => {
  it('infers arguments and results', async () => {
    const sum: Future<number> = executor.submit((a: number, b: string) => a + b.length, 1, 'two');
    const later: Future<string> = executor.submit(async (s: string) => s.toUpperCase(), 'a');
    // @ts-expect-error: the argument is a number
    executor.submit(double, 'one').cancel();
    // @ts-expect-error: an argument is missing
    executor.submit(double).cancel();
    assert.deepEqual(await Promise.all([sum, later]), [4, 'A']);
  });

  it('has taken the arguments when it returns, and refuses there what can not travel', async () => {
    const list = [1];
    const future = executor.submit((items: number[]) => items.length, list);
    list.push(2);
    assert.equal(await future, 1);
    const refused = (error: Error) =>
      error instanceof NotShippableError || error instanceof SerializationError;
    assert.throws(() => executor.submit((x: unknown) => x, Promise.resolve()), refused);
    assert.throws(() => executor.submit('double' as unknown as () => void), TypeError);
  });

  it('gives each of several calls a worker of its own, however quick the function was before', async () => {
    await Promise.all(numbers(50).map(() => executor.submit(meet, undefined, undefined)));
    const [a, b] = [new Gate(), new Gate()];
    const one = executor.submit(meet, a.open, b.open);
    const other = executor.submit(meet, b.open, a.open);
    assert.deepEqual(await Promise.all([one, other]), ['met', 'met']);
  });

  it('fails only the future whose worker died, and the executor lives', async () => {
    const futures = [executor.submit(double, 1), executor.submit(die), executor.submit(double, 2)];
    const [first, died, second] = await Promise.allSettled(futures);
    assert.deepEqual(
      [first, second].map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    assert.ok(died.status === 'rejected' && died.reason instanceof WorkerCrashedError);
    assert.equal(died.reason.signal, 'SIGKILL');
    assert.equal(await executor.submit(double, 3), 6);
  });
});

async function meet(mine: Event | undefined, theirs: Event | undefined): Promise<string> {
  mine?.set();
  await theirs?.wait();
  return 'met';
}

describe('ProcessPoolExecutor.map()', () => {
  it('gives results in order, whatever the options', async () => {
    const expected = numbers(300).map(double);
    async function* later() {
      yield* numbers(300);
    }
    for (const options of [{}, { chunkSize: 1 }, { chunkSize: 7, bufferSize: 20 }, { timeout: 60_000 }]) {
      assert.deepEqual(await collect(executor.map(double, numbers(300), options)), expected);
      assert.deepEqual(await collect(executor.map(double, later(), options)), expected);
    }
  });

  it('gives what comes before a failure, then the failure, and no more', async () => {
    const check = (x: number) => {
      if (x === 3) throw new RangeError(`not ${x}`);
      return x;
    };
    for (const options of [{}, { chunkSize: 2 }, { bufferSize: 1 }]) {
      const results = executor.map(check, numbers(10), options);
      const seen: number[] = [];
      await assert.rejects(async () => {
        for await (const result of results) seen.push(result);
      }, RangeError);
      assert.deepEqual(seen, [0, 1, 2]);
      assert.equal((await results.next()).done, true);
    }
  });

  it('takes all items at once, and with bufferSize only so many ahead', async () => {
    let taken = 0;
    function* counted() {
      for (; taken < 100; taken++) yield taken;
    }
    await executor.map(double, counted()).return?.();
    assert.equal(taken, 100);
    taken = 0;
    const results = executor.map(double, counted(), { bufferSize: 3 });
    assert.ok(taken <= 3, `${taken} taken`);
    assert.equal((await results.next()).value, 0);
    assert.ok(taken <= 4, `${taken} taken`);
    await results.return?.();
  });

  it('rejects with TimeoutError when the time for all is over', async () => {
    const { begun, open } = new Gate();
    const wait = (value: number) => (value === 1 ? stand(begun, open, value) : value);
    const results = executor.map(wait, [0, 1, 2], { timeout: 300, chunkSize: 1 });
    const [first] = await Promise.allSettled([results.next()]);
    await assert.rejects(async () => {
      if (first.status === 'rejected') throw first.reason;
      await results.next();
    }, TimeoutError);
    assert.equal((await results.next()).done, true);
    open.set();
  });
});

describe('ProcessPoolExecutor.shutdown()', () => {
  it('runs what it has, then the workers end; nothing is taken any more', async () => {
    const { single, runs, waiting, open } = await busyExecutor();
    const ended = single.shutdown();
    assert.throws(() => single.submit(double, 1), StateError);
    assert.throws(() => single.map(double, [1]), StateError);
    open();
    await ended;
    assert.ok(runs.done());
    assert.deepEqual(await Promise.all(waiting), [0, 2, 4]);
    await single.shutdown();
  });

  it('cancels what has not begun with cancelFutures, and does not wait without wait', async () => {
    const { single, runs, waiting, open } = await busyExecutor();
    const mapped = single.map(double, [1, 2], { bufferSize: 1 });
    await single.shutdown({ wait: false, cancelFutures: true });
    assert.ok(waiting.every((future) => future.cancelled()));
    assert.ok(runs.running());
    await assert.rejects(mapped.next(), CancelledError);
    open();
    assert.equal(await runs, 'ran');
    await single.shutdown();
  });

  it('ends the source of a map that nobody reads on', async () => {
    const single = new ProcessPoolExecutor({ maxWorkers: 1 });
    const results = single.map(double, numbers(10), { bufferSize: 2 });
    assert.equal((await results.next()).value, 0);
    await single.shutdown();
    const rest: number[] = [];
    await assert.rejects(async () => {
      for await (const result of results) rest.push(result);
    }, StateError);
    assert.deepEqual(rest, [2, 4].slice(0, rest.length));
  });

  it('is what disposal does', async () => {
    let future: Future<number>;
    {
      await using single = new ProcessPoolExecutor({
        maxWorkers: 1,
        initializer: (_: string) => {},
        initargs: ['x'],
      });
      future = single.submit(double, 4);
    }
    assert.ok(future.done());
  });
});

describe('ProcessPoolExecutor.terminateWorkers() and killWorkers()', () => {
  it('fail what runs, cancel what waits, and end the workers', async () => {
    for (const method of ['terminateWorkers', 'killWorkers'] as const) {
      const { single, runs, waiting } = await busyExecutor();
      await single[method]();
      await assert.rejects(runs, PoolTerminatedError);
      assert.ok(waiting.every((future) => future.cancelled()));
      assert.throws(() => single.submit(double, 1), StateError);
    }
  });
});

describe('new ProcessPoolExecutor()', () => {
  it('replaces workers after maxTasksPerChild calls, with a backlog', async () => {
    await using single = new ProcessPoolExecutor({ maxWorkers: 1, maxTasksPerChild: 3 });
    const pids = await Promise.all(numbers(7).map(() => single.submit(() => process.pid)));
    const distinct = [...new Set(pids)];
    assert.equal(distinct.length, 3);
    assert.deepEqual(distinct.map((pid) => pids.filter((other) => other === pid).length).sort(), [1, 3, 3]);
  });

  it('fails everything if the initializer throws in every worker', async () => {
    const broken = new ProcessPoolExecutor({
      maxWorkers: 1,
      initializer: () => {
        throw new Error('no database');
      },
    });
    const futures = [broken.submit(double, 1), broken.submit(double, 2)];
    for (const future of futures) assert.ok((await future.exception()) instanceof InitializerError);
    assert.throws(() => broken.submit(double, 3), InitializerError);
    await broken.shutdown();
  });

  it('refuses what it does not know', () => {
    const wrong = (options: object) => () => new ProcessPoolExecutor(options);
    assert.throws(wrong({ maxWorkers: 0 }), RangeError);
    assert.throws(wrong({ maxWorkers: 1.5 }), TypeError);
    assert.throws(wrong({ context: 'fork' }), /there is no start method 'fork'/);
    assert.throws(wrong({ workers: 2 }), TypeError);
    assert.doesNotThrow(wrong({ context: 'spawn' }));
  });
});
