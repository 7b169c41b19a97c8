/** Contexts and start methods by name. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as library from '../../src/index.js';
import {
  getAllStartMethods,
  getContext,
  getStartMethod,
  Lock,
  Manager,
  Pool,
  Process,
  ProcessGroup,
  Queue,
  StateError,
  Supervisor,
  setStartMethod,
} from '../../src/index.js';
import { ProcessPoolExecutor } from '../../src/pool/executor.js';

const spawn = getContext('spawn');
const prefork = getContext('prefork');

async function resultOf<R>(child: Process<unknown[], R>): Promise<Awaited<R>> {
  await child.start();
  const result = await child.result();
  await child.join();
  return result;
}

/** Whether the next process comes from the stock. */
async function comesFromStock(start: () => Promise<number | undefined>): Promise<boolean> {
  const warm = new prefork.Process({ target: () => {} });
  await resultOf(warm);
  while (!prefork.spares().some(({ ready }) => ready)) await new Promise((resolve) => setTimeout(resolve, 1));
  const pids = prefork.spares().map(({ pid }) => pid);
  return pids.includes((await start()) as number);
}

const pidOf = async (child: Process) => {
  await resultOf(child);
  return child.pid;
};

describe('getContext()', () => {
  it('gives the same context each time, that of the default method unless said', () => {
    assert.equal(getContext('prefork'), prefork);
    assert.equal(getContext(), getContext(getStartMethod()));
    assert.equal(prefork.getContext(), prefork);
    assert.equal(prefork.getContext('spawn'), spawn);
    assert.equal(prefork.getStartMethod(), 'prefork');
  });

  it('refuses a method that is not there', () => {
    assert.throws(
      () => getContext('fork' as never),
      /RangeError: there is no start method 'fork': it is one of 'spawn'/,
    );
    assert.throws(() => getContext(5 as never), TypeError);
    assert.throws(() => getContext(null as never), TypeError);
  });

  it('holds every class and function of the library, under its name', () => {
    for (const [name, value] of Object.entries(library)) {
      const bound = (prefork as unknown as Record<string, unknown>)[name];
      assert.equal(typeof bound, typeof value, name);
      if (typeof value === 'function') assert.equal((bound as { name: string }).name, value.name, name);
    }
    assert.equal(prefork.Lock, Lock);
    assert.equal(prefork.Queue, Queue);
    for (const [bound, plain] of [
      [prefork.Process, Process],
      [prefork.Pool, Pool],
      [prefork.ProcessGroup, ProcessGroup],
      [prefork.Supervisor, Supervisor],
      [prefork.ProcessPoolExecutor, ProcessPoolExecutor],
    ] as const)
      assert.ok(bound.prototype instanceof plain, bound.name);
  });

  it('its start method can not be changed', () => {
    assert.throws(() => prefork.setStartMethod('spawn'), StateError);
  });
});

describe("A context's Process", () => {
  it('is a Process, with the same names', () => {
    const child = new prefork.Process({ target: () => {} });
    class Producer extends prefork.Process {}
    assert.ok(child instanceof Process);
    assert.match(child.name, /^Process-\d+$/);
    assert.match(new Producer().name, /^Producer-\d+$/);
    assert.match(String(child), /^<Process Process-\d+ initial>$/);
    assert.throws(() => new prefork.Process(null as never), TypeError);
  });

  it('starts by its method, or by the one that is given', async () => {
    const target = () => {};
    assert.equal(await comesFromStock(() => pidOf(new prefork.Process({ target }))), true);
    assert.equal(await comesFromStock(() => pidOf(new Process({ target, context: prefork }))), true);
    assert.equal(await comesFromStock(() => pidOf(new Process({ target, context: 'prefork' }))), true);
    assert.equal(await comesFromStock(() => pidOf(new Process({ target }))), false);
    assert.equal(await comesFromStock(() => pidOf(new spawn.Process({ target }))), false);
    assert.equal(await comesFromStock(() => pidOf(new prefork.Process({ target, context: 'spawn' }))), false);
  });

  it('can be extended, and travels with what extends it', async () => {
    class Producer extends prefork.Process<unknown[], unknown> {
      count: number;
      constructor(count: number) {
        super();
        this.count = count;
      }
      override async run() {
        const inner = new Producer(this.count - 1);
        const below = this.count > 1 ? await inner.start().then(() => inner.result()) : [];
        return [this.count, this instanceof Process, this.constructor.name, ...(below as unknown[])];
      }
    }
    const producer = new Producer(2);
    assert.deepEqual(await resultOf(producer), [2, true, 'Producer', 1, true, 'Producer']);
  });

  it('and the context itself travel: in a function, as an argument, and back', async () => {
    const child = new prefork.Process({
      target: async (...given: unknown[]) => {
        const inner = new prefork.Process({ target: (n: number) => n + 1, args: [1] });
        await inner.start();
        return [await inner.result(), given[0], prefork, prefork.Process];
      },
      args: [spawn],
    });
    const [sum, ...things] = (await resultOf(child)) as unknown[];
    assert.equal(sum, 2);
    assert.ok(things[0] === spawn && things[1] === prefork && things[2] === prefork.Process);
  });
});

describe('The option context', () => {
  it('of a Process, a pool, an executor, a group and a manager is a context or the name of a method', async () => {
    const wrong = 'fork' as never;
    const noContext = {} as never;
    for (const make of [
      (context: never) => new Process({ context }),
      (context: never) => new Pool(1, { context }),
      (context: never) => new ProcessPoolExecutor({ context }),
      (context: never) => new ProcessGroup({ context }),
      (context: never) => new Supervisor({ children: [{ id: 'one', target: () => {}, context }] }),
    ]) {
      assert.throws(() => make(wrong), /RangeError: there is no start method 'fork'/);
      assert.throws(() => make(noContext), /TypeError: context must be a context/);
    }
    await assert.rejects(Manager({ context: wrong }), RangeError);
  });

  it('of a pool, in and without a context: its workers come from the stock', async () => {
    for (const make of [() => new prefork.Pool(1), () => new Pool(1, { context: 'prefork' })]) {
      await resultOf(new prefork.Process({ target: () => {} }));
      const first = make(); // the stock has processes whose errors are read from now on
      await first.ready();
      while (prefork.spares().filter(({ ready }) => ready).length < 2)
        await new Promise((resolve) => setTimeout(resolve, 1));
      const pids = prefork.spares().map(({ pid }) => pid);
      const second = make();
      assert.ok(pids.includes(await second.apply(() => process.pid)));
      for (const pool of [first, second]) {
        pool.close();
        await pool.join();
      }
    }
  });

  it('of an executor, a group, a supervised child and a manager: they work', async () => {
    const executor = new prefork.ProcessPoolExecutor({ maxWorkers: 1 });
    assert.equal(await executor.submit((n: number) => n + 1, 1), 2);
    await executor.shutdown();
    const results = await prefork.ProcessGroup.run(async (group) => group.start(() => 'in a group').result());
    assert.equal(results, 'in a group');
    const queue = new Queue<string>();
    const children = [
      {
        id: 'one',
        target: (queue: Queue<string>) => queue.put('supervised'),
        args: [queue],
        restart: 'temporary' as const,
      },
    ];
    const supervisor = new prefork.Supervisor({ children });
    await supervisor.start();
    assert.equal(await queue.get(), 'supervised');
    await supervisor.stop();
    const manager = await prefork.Manager();
    const dict = await manager.dict({ a: 1 });
    assert.equal(await dict.get('a'), 1);
    await manager.shutdown();
  });
});

describe('setStartMethod()', () => {
  it('is set once, unless forced; getStartMethod() tells it, and children have it', async () => {
    assert.equal(getStartMethod(), 'spawn');
    assert.ok(getAllStartMethods().includes('prefork'));
    assert.equal(getAllStartMethods()[0], 'spawn');
    assert.throws(() => setStartMethod('fork' as never), RangeError);
    assert.throws(() => setStartMethod(undefined as never), TypeError);
    assert.throws(() => setStartMethod('prefork', { force: 1 as never }), TypeError);
    assert.equal(await resultOf(new Process({ target: () => getStartMethod() })), 'spawn');
    setStartMethod('prefork');
    assert.equal(getStartMethod(), 'prefork');
    assert.equal(getContext(), prefork);
    assert.throws(() => setStartMethod('spawn'), /StateError: .*is 'prefork' and is set once/);
    const target = async () => {
      const again = () => setStartMethod('spawn');
      let name = '';
      try {
        again();
      } catch (error) {
        name = (error as Error).name;
      }
      const child = new Process({ target: () => getStartMethod() });
      await child.start();
      return [getStartMethod(), name, await child.result()];
    };
    assert.deepEqual(await resultOf(new Process({ target })), ['prefork', 'StateError', 'prefork']);
    assert.equal(await comesFromStock(() => pidOf(new Process({ target: () => {} }))), true);
    setStartMethod('spawn', { force: true });
    assert.equal(getStartMethod(), 'spawn');
    assert.equal(await comesFromStock(() => pidOf(new Process({ target: () => {} }))), false);
  });
});
