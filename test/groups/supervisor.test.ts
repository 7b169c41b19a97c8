/** Supervisor: processes that are kept running. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import {
  CancelledError,
  ClosedError,
  currentProcess,
  Event,
  ProcessCrashedError,
  Queue,
  SharedValue,
  StateError,
  Supervisor,
} from '../../src/index.js';
import { runProgram } from '../process/program.js';
import { eventually } from '../support/start.js';

type News = Queue<string>;

/** Says that it is up, and that it goes down when it is asked to. */
const service = async (news: News, name = currentProcess().name) => {
  const timer = setInterval(() => {}, 1000);
  const { signal } = currentProcess();
  await news.put(`+${name}`);
  if (!signal.aborted) await once(signal, 'abort');
  await news.put(`-${name}`);
  clearInterval(timer);
};
const forEver = () => new Promise<never>(() => setInterval(() => {}, 1000));
const patient = 600_000; // so that nobody is killed on a busy machine

async function next(news: News, count: number): Promise<string[]> {
  const got: string[] = [];
  while (got.length < count) got.push(await news.get());
  return got;
}

const child = (supervisor: Supervisor, id: string) => {
  const found = supervisor.snapshot().children.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};

function kill(supervisor: Supervisor, id: string): void {
  const { pid } = child(supervisor, id);
  assert.ok(pid);
  process.kill(pid, 'SIGKILL');
}

describe('new Supervisor()', () => {
  it('refuses wrong options and specs', () => {
    const make =
      (options: unknown, children: unknown = []) =>
      () =>
        new Supervisor({ children, ...(options as object) } as never);
    const one = { id: 'a', target: forEver };
    assert.throws(() => new Supervisor(undefined as never), TypeError);
    assert.throws(make({ strategy: 'all' }), TypeError);
    assert.throws(make({ maxRestarts: -1 }), RangeError);
    assert.throws(make({ within: Number.NaN }), RangeError);
    for (const children of [
      'a',
      [null],
      [{ target: forEver }],
      [{ ...one, id: '' }],
      [{ ...one, target: 'a' }],
      [{ ...one, args: 5 }],
      [{ ...one, cwd: 5 }],
      [{ ...one, restart: 'always' }],
      [{ id: 'a', supervisor: {} }],
      [one, one],
    ])
      assert.throws(make({}, children), TypeError);
    assert.throws(make({}, [{ ...one, shutdown: -1 }]), RangeError);
  });
});

describe("Supervisor with strategy 'oneForOne'", () => {
  it('starts in order, starts a killed child again and no other, stops in reverse, can be started again', async () => {
    const news: News = new Queue();
    const args = [news];
    const supervisor = new Supervisor({
      children: [
        { id: 'a', target: service, args, shutdown: patient },
        { id: 'b', target: service, args, shutdown: patient },
      ],
    });
    await supervisor.stop();
    await assert.rejects(supervisor.join(), StateError);
    await supervisor.start();
    await assert.rejects(supervisor.start(), StateError);
    assert.deepEqual(await next(news, 2), ['+a', '+b']);
    const before = child(supervisor, 'b').pid;
    kill(supervisor, 'a');
    assert.deepEqual(await next(news, 1), ['+a']);
    assert.equal(child(supervisor, 'a').starts, 2);
    assert.ok(child(supervisor, 'a').lastError instanceof ProcessCrashedError);
    assert.equal(child(supervisor, 'b').pid, before);
    assert.equal(supervisor.snapshot().recentRestarts, 1);
    await supervisor.join(0);
    await supervisor.stop();
    assert.deepEqual(await next(news, 2), ['-b', '-a']);
    await supervisor.join();
    assert.equal(supervisor.snapshot().state, 'stopped');
    const again = supervisor.start();
    await supervisor.stop(); // while the first boots
    await assert.rejects(again, CancelledError);
    await supervisor[Symbol.asyncDispose]();
    await assert.rejects(supervisor.start(), ClosedError);
  });

  it('has ended when every child has ended for good', async () => {
    const supervisor = new Supervisor({
      children: [
        { id: 'done', target: () => {}, restart: 'transient' },
        {
          id: 'failed',
          target: () => {
            throw new Error('once');
          },
          restart: 'temporary',
        },
      ],
    });
    await supervisor.start();
    await supervisor.join();
    const { state, children } = supervisor.snapshot();
    assert.equal(state, 'stopped');
    assert.deepEqual(
      children.map(({ id, starts, state, pid, lastError }) => [id, starts, state, pid, String(lastError)]),
      [
        ['done', 1, 'down', undefined, 'undefined'],
        ['failed', 1, 'down', undefined, 'Error: once'],
      ],
    );
  });
});

describe("Supervisor with strategy 'restForOne' or 'oneForAll'", () => {
  it('restarts those after the one that was killed, or all; and one killed mid-restart, again', async () => {
    const news: News = new Queue();
    const args = [news];
    const children = ['a', 'b'].map((id) => ({ id, target: service, args, shutdown: patient }));
    {
      await using supervisor = new Supervisor({ strategy: 'restForOne', children, within: 1e6 });
      await supervisor.start();
      assert.deepEqual(await next(news, 2), ['+a', '+b']);
      kill(supervisor, 'b');
      await eventually(() => child(supervisor, 'b').starts === 2);
      kill(supervisor, 'b'); // mid-restart: it has not begun
      assert.deepEqual(await next(news, 1), ['+b']);
      assert.equal(child(supervisor, 'b').starts, 3);
      kill(supervisor, 'a');
      assert.deepEqual(await next(news, 3), ['-b', '+a', '+b']);
    }
    assert.deepEqual(await next(news, 2), ['-b', '-a']);
    await using supervisor = new Supervisor({ strategy: 'oneForAll', children });
    await supervisor.start();
    assert.deepEqual(await next(news, 2), ['+a', '+b']);
    kill(supervisor, 'b');
    assert.deepEqual(await next(news, 3), ['-a', '+a', '+b']);
  });
});

describe('Supervisor.start()', () => {
  it('rejects if a child can not be started, and has stopped the others', async () => {
    const news: News = new Queue();
    const supervisor = new Supervisor({
      children: [
        { id: 'a', target: service, args: [news], shutdown: patient },
        { id: 'b', target: forEver, args: [Symbol('not a value that travels')] },
      ],
    });
    await assert.rejects(supervisor.start(), /args\[0\]/);
    assert.deepEqual(await next(news, 2), ['+a', '-a']);
    await assert.rejects(supervisor.join(), /args\[0\]/);
    assert.equal(supervisor.snapshot().state, 'failed');
    await supervisor[Symbol.asyncDispose](); // told already
  });
});

describe('Supervisor.join()', () => {
  it('rejects when too many restarts were needed, with what the children failed with', async () => {
    const news: News = new Queue();
    const supervisor = new Supervisor({
      maxRestarts: 1,
      within: 1e6,
      children: [
        { id: 'a', target: service, args: [news], shutdown: patient },
        {
          id: 'b',
          target: () => {
            throw new RangeError('broken');
          },
        },
      ],
    });
    await supervisor.start();
    await assert.rejects(supervisor.join(), (error: StateError) => {
      assert.ok(error instanceof StateError);
      assert.match(error.message, /2 restarts were needed within 1000000 ms, 1 are allowed \(of b.*broken/);
      const { errors } = error.cause as AggregateError;
      assert.deepEqual(
        errors.map((one) => one instanceof RangeError),
        [true, true],
      );
      return true;
    });
    assert.deepEqual(await next(news, 2), ['+a', '-a']);
    assert.equal(child(supervisor, 'b').starts, 2);
  });
});

describe('Supervisor[Symbol.asyncDispose]()', () => {
  it('rejects if it gave up and nobody was told; a child killed while it is stopped is no matter', async () => {
    const ready = new Event();
    const supervisor = new Supervisor({
      maxRestarts: 0,
      children: [
        {
          id: 'deaf',
          target: (ready: Event) => {
            setInterval(() => {}, 1000);
            ready.set();
          },
          args: [ready],
          shutdown: patient,
        },
        { id: 'b', target: () => {} },
      ],
    });
    await supervisor.start();
    await ready.wait();
    await eventually(() => child(supervisor, 'deaf').state === 'stopping');
    const disposed = supervisor[Symbol.asyncDispose]();
    kill(supervisor, 'deaf');
    await assert.rejects(disposed, /a supervisor gave up: 1 restarts .* the last for: child b returned/);
    assert.equal(supervisor.snapshot().state, 'closed');
  });
});

describe('A Supervisor under a Supervisor', () => {
  it('is started again when it gave up, and stopped in reverse with the others', async () => {
    const news: News = new Queue();
    const lives = new SharedValue('i', 0);
    const inner = new Supervisor({
      maxRestarts: 0,
      children: [
        {
          id: 'inner',
          target: async (news: News, lives: SharedValue<'i'>, run: typeof service) => {
            if (lives.value++ === 0) throw new Error('its first life');
            await run(news, 'inner');
          },
          args: [news, lives, service],
          shutdown: patient,
        },
      ],
    });
    await using outer = new Supervisor({
      children: [
        { id: 'a', target: service, args: [news], shutdown: patient },
        { id: 'sub', supervisor: inner },
      ],
    });
    await outer.start();
    assert.deepEqual(await next(news, 2), ['+a', '+inner']);
    await eventually(() => outer.snapshot().state === 'running');
    const { starts, lastError, supervisor } = child(outer, 'sub');
    assert.equal(starts, 2);
    assert.match(String(lastError), /gave up.*its first life/);
    assert.equal(supervisor?.children[0].state, 'running');
    await outer.stop();
    assert.deepEqual(await next(news, 2), ['-inner', '-a']);
    assert.equal(inner.snapshot().state, 'stopped');
  });
});

it('A Supervisor keeps the program running, and process.exit() does not wait for its children', async () => {
  const { stdout, stderr, ...ended } = await runProgram('../groups/supervised.ts');
  assert.deepEqual(ended, { code: 7, signal: null }, stderr);
  assert.equal(stdout, 'up\nup\n', stderr);
});
