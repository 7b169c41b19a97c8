/** Process: its members, its states, its names. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ClosedError,
  currentProcess,
  Event,
  Process,
  ProcessCrashedError,
  StateError,
  TimeoutError,
} from '../../src/index.js';

const nothing = () => {};
const forEver = () => new Promise<never>(() => setInterval(() => {}, 1000));

describe('new Process()', () => {
  it('refuses options of the wrong type', () => {
    const make = (options: unknown) => () => new Process(options as never);
    for (const options of [null, 5, 'target', nothing]) assert.throws(make(options), TypeError);
    assert.throws(make({ target: 'module#name' }), /TypeError: target must be a function, got string/);
    assert.throws(make({ args: 5 }), /TypeError: args must be an array/);
    assert.throws(make({ args: { length: 1 } }), /TypeError: args must be an array/);
    assert.throws(make({ name: 5 }), /TypeError: name must be a string, got number/);
    const limit = (maxOldGenerationSizeMb: unknown) => ({ resourceLimits: { maxOldGenerationSizeMb } });
    for (const wrong of [
      { detached: 1 },
      { cwd: 5 },
      { execArgv: '--flag' },
      { env: 5 },
      { stdio: 5 },
      limit('1'),
    ])
      assert.throws(make(wrong), TypeError);
    assert.throws(make(limit(-5)), RangeError);
    assert.throws(make({ daemon: 'yes' }), /TypeError: daemon must be a boolean, got string/);
  });

  it('names a process after its class and a counter', () => {
    class Producer extends Process {}
    const numbers = [new Process(), new Producer(), new Process()].map(({ name }) => {
      const [, word, number] = /^(Process|Producer)-(\d+)$/.exec(name) ?? [];
      return { word, number: Number(number) };
    });
    const first = numbers[0].number;
    assert.deepEqual(numbers, [
      { word: 'Process', number: first },
      { word: 'Producer', number: first + 1 },
      { word: 'Process', number: first + 2 },
    ]);
  });
});

describe('Process before its start', () => {
  it('is not alive, and has neither pid nor exit code', () => {
    const child = new Process({ target: nothing, name: 'early' });
    assert.equal(child.isAlive(), false);
    assert.equal(child.pid, undefined);
    assert.equal(child.exitCode, null);
    assert.equal(child.daemon, false);
    assert.equal(String(child), '<Process early initial>');
  });

  it('can be renamed and made a daemon', () => {
    const child = new Process({ target: nothing });
    child.name = 'renamed';
    child.daemon = true;
    assert.equal(String(child), '<Process renamed initial daemon>');
    assert.throws(() => {
      child.name = 5 as never;
    }, TypeError);
    assert.throws(() => {
      child.daemon = 'no' as never;
    }, TypeError);
  });

  it('can not be joined, asked for its result, or sent a signal', async () => {
    const child = new Process({ target: nothing });
    await assert.rejects(child.join(), StateError);
    await assert.rejects(child.result(), StateError);
    await assert.rejects(child.stop(), StateError);
    assert.throws(() => child.joinSync(), StateError);
    assert.throws(() => child.terminate(), StateError);
    assert.throws(() => child.kill(), StateError);
    assert.throws(() => child.interrupt(), StateError);
  });
});

describe('Process.start()', () => {
  it('sets pid at once, and resolves when run() has begun', async () => {
    const begun = new Event();
    const child = new Process({
      name: 'started',
      target: (begun: Event) => {
        begun.set();
        setInterval(() => {}, 1000);
      },
      args: [begun],
    });
    const start = child.start();
    assert.ok(Number(child.pid) > 0);
    assert.equal(child.isAlive(), true);
    await start;
    await begun.wait();
    assert.equal(String(child), '<Process started started>');
    assert.equal(child.exitCode, null);
    child.kill();
    await child.join();
  });

  it('refuses a second call, also after the end', async () => {
    const child = new Process({ target: nothing });
    const start = child.start();
    await assert.rejects(child.start(), StateError);
    await start;
    await child.join();
    await assert.rejects(child.start(), /StateError: .*make a new Process/);
  });

  it('refuses to rename what runs', async () => {
    const child = new Process({ target: forEver });
    await child.start();
    assert.throws(() => {
      child.name = 'late';
    }, StateError);
    assert.throws(() => {
      child.daemon = true;
    }, StateError);
    child.kill();
    await child.join();
  });

  it('refuses in a process that has been sent the object, and in the process itself', async () => {
    const other = new Process({ target: nothing });
    const child = new Process({
      target: async (other: Process) => {
        const nameOf = (error: unknown) => (error as Error).name;
        const self = currentProcess();
        const tries = [other.start(), self.start(), self.join(), self.result()];
        return Promise.all(tries.map((tried: Promise<unknown>) => tried.catch(nameOf)));
      },
      args: [other],
    });
    await child.start();
    assert.deepEqual(await child.result(), Array(4).fill('StateError'));
    assert.equal(other.isAlive(), false);
  });
});

describe('Process.join()', () => {
  it('resolves when the process has ended, for everybody who waits', async () => {
    const child = new Process({ target: nothing });
    await child.start();
    await Promise.all([child.join(), child.join(), child.join()]);
    await child.join();
    await child.join(0);
    assert.equal(child.exitCode, 0);
    assert.equal(child.isAlive(), false);
  });

  it('resolves when the time is over, with the process alive', async () => {
    const child = new Process({ target: forEver });
    await child.start();
    await child.join(0);
    await child.join(20);
    await child.join({ timeout: 20 });
    assert.equal(child.isAlive(), true);
    assert.equal(child.exitCode, null);
    child.kill();
    await child.join();
  });

  it('rejects with the reason of an aborted signal', async () => {
    const child = new Process({ target: forEver });
    await child.start();
    const reason = new Error('enough');
    const controller = new AbortController();
    const join = child.join({ signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(join, reason);
    await assert.rejects(child.join({ signal: AbortSignal.abort(reason) }), reason);
    child.kill();
    await child.join();
  });

  it('joinSync() blocks until the end, or until the time is over', async () => {
    const child = new Process({ target: forEver });
    await child.start();
    child.joinSync(0);
    child.joinSync(20);
    assert.equal(child.isAlive(), true);
    child.terminate();
    child.joinSync();
    assert.equal(child.exitCode, -15);
    assert.equal(child.isAlive(), false);
  });
});

describe('Process.terminate(), kill() and interrupt()', () => {
  for (const [verb, number] of [
    ['terminate', 15],
    ['kill', 9],
    ['interrupt', 2],
  ] as const) {
    it(`${verb}() ends it with signal ${number}, and does nothing after the end`, async () => {
      const child = new Process({ target: forEver });
      await child.start();
      child[verb]();
      await child.join();
      assert.equal(child.exitCode, -number);
      child[verb]();
      assert.equal(child.exitCode, -number);
      await assert.rejects(child.result(), (error: ProcessCrashedError) => {
        assert.ok(error instanceof ProcessCrashedError);
        assert.equal(error.exitCode, -number);
        assert.equal(error.pid, child.pid);
        return true;
      });
    });
  }

  it('end it before its event loop has heard of it', async () => {
    const child = new Process({ target: forEver });
    await child.start();
    child.kill();
    while (child.isAlive()); // asks the kernel
    assert.equal(child.exitCode, -9);
    assert.match(String(child), /stopped SIGKILL>$/);
    await child.join();
  });
});

describe('Process.close()', () => {
  it('is refused while the process is alive; afterwards only the name is there', async () => {
    const child = new Process({ target: forEver, name: 'closing' });
    await child.start();
    assert.throws(() => child.close(), StateError);
    child.kill();
    await child.join();
    child.close();
    child.close();
    assert.equal(child.name, 'closing');
    assert.equal(String(child), '<Process closing closed>');
    const members: (() => unknown)[] = [
      () => child.pid,
      () => child.exitCode,
      () => child.daemon,
      () => child.isAlive(),
      () => child.terminate(),
      () => child.joinSync(),
    ];
    for (const member of members) assert.throws(member, ClosedError);
    await assert.rejects(child.join(), ClosedError);
    await assert.rejects(child.result(), ClosedError);
    await assert.rejects(child.start(), ClosedError);
  });
});

describe('Process.result()', () => {
  it('rejects with TimeoutError when the time is over, and can be asked again', async () => {
    const go = new Event();
    const child = new Process({
      target: async (go: Event) => {
        await go.wait();
        return 'done';
      },
      args: [go],
    });
    await child.start();
    await assert.rejects(child.result(0), TimeoutError);
    await assert.rejects(child.result({ timeout: 20 }), TimeoutError);
    go.set();
    assert.equal(await child.result(), 'done');
    assert.equal(await child.result(), 'done');
    await child.join();
    assert.equal(await child.result(), 'done');
  });

  it('does not wait for the end of the process', async () => {
    const child = new Process({
      target: () => {
        setInterval(() => {}, 1000);
        return 'early';
      },
    });
    await child.start();
    assert.equal(await child.result(), 'early');
    assert.equal(child.isAlive(), true);
    child.kill();
    await child.join();
    assert.equal(await child.result(), 'early');
  });
});
