/** The list of what can go wrong in an item, one by one: what its caller gets, and that nobody else notices. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { currentTask, InitializerError, Pool, RemoteError, WorkerCrashedError } from '../../src/index.js';

const pool = new Pool(2);
after(() => pool.terminate());

const square = (x: number) => x * x;
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const nameOf = (outcome: PromiseSettledResult<unknown>) =>
  outcome.status === 'fulfilled' ? outcome.value : outcome.reason.name;

async function crashOf(running: Promise<unknown>): Promise<WorkerCrashedError> {
  const error = await running.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof WorkerCrashedError, String(error));
  return error;
}

describe('An item', () => {
  it("whose error can't be revived rejects all the same, and the others get their results", async () => {
    class Unrevivable extends Error {
      readonly helper = new WeakRef({});
    }
    const fail = (x: number) => {
      if (x === 1) throw new Unrevivable('can not come back');
      return x;
    };
    const outcomes = await pool.mapSettled(fail, numbers(4), { chunkSize: 4 });
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    assert.match(String((outcomes[1] as PromiseRejectedResult).reason), /can not come back/);
  });

  it("whose result can't be serialized fails alone", async () => {
    const odd = (x: number) => (x === 1 ? ({ socket: Symbol('local') } as unknown) : x);
    const outcomes = await pool.mapSettled(odd, numbers(4), { chunkSize: 4 });
    assert.deepEqual(outcomes.map(nameOf), [0, 'SerializationError', 2, 3]);
    assert.match(String((outcomes[1] as PromiseRejectedResult).reason), /result\.socket/);
  });

  it('that calls process.exit() fails with WorkerCrashedError and its exit code', async () => {
    const leave = (x: number) => (x === 1 ? process.exit(7) : x);
    const outcomes = await pool.mapSettled(leave, numbers(4), { chunkSize: 4 });
    assert.deepEqual(outcomes.map(nameOf), [0, 'WorkerCrashedError', 2, 3]);
    const { exitCode, outOfMemory } = (outcomes[1] as PromiseRejectedResult).reason;
    assert.deepEqual([exitCode, outOfMemory], [7, false]);
  });

  it('that runs out of memory is told apart', async () => {
    const grow = () => {
      const all: unknown[] = [];
      for (;;) all.push(new Array(1000).fill(all.length));
    };
    const before = process.env['NODE_OPTIONS'];
    process.env['NODE_OPTIONS'] = '--max-old-space-size=60'; // of the workers that are started now
    const small = new Pool(1);
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
    const error = await crashOf(small.apply(grow));
    assert.equal(error.outOfMemory, true);
    assert.match(error.message, /out of memory/);
    assert.equal(await small.apply(square, [3]), 9);
    await small.terminate();
  });

  it('that blocks its loop for ever is ended by its timeout, and by terminate()', async () => {
    const block = (): void => {
      for (;;);
    };
    await assert.rejects(pool.apply(block, [], { timeout: 50 }), { name: 'TimeoutError' });
    const blocked = new Pool(1);
    const running = blocked.apply(block);
    await blocked.ready();
    await Promise.all([assert.rejects(running, { name: 'PoolTerminatedError' }), blocked.terminate()]);
    assert.deepEqual(blocked.stats().pids, []);
  });

  it('that blocks its loop and does not listen to SIGTERM is killed', async () => {
    const block = (): void => {
      process.on('SIGTERM', () => {});
      for (;;);
    };
    await assert.rejects(pool.apply(block, [], { timeout: 50 }), { name: 'TimeoutError' });
    assert.equal(await pool.apply(square, [3]), 9);
  });

  it('that throws in a callback while it waits fails with what the callback threw on stderr', async () => {
    const wait = () =>
      new Promise(() => {
        setTimeout(() => {
          throw new RangeError('in a timer');
        });
      });
    const error = await crashOf(pool.apply(wait));
    assert.equal(error.exitCode, 1);
    assert.match(error.stderrTail, /RangeError: in a timer/);
  });

  it('with an unhandled rejection while it waits fails with it on stderr', async () => {
    const wait = async () => {
      void Promise.reject(new RangeError('nobody hears it'));
      await new Promise(() => {});
    };
    const error = await crashOf(pool.apply(wait));
    assert.match(error.stderrTail, /RangeError: nobody hears it/);
  });

  it('after which a rejection or an error comes that nobody handles: neither it nor others are harmed', async () => {
    await using single = new Pool(1);
    const leave = (how: string) => {
      setTimeout(() => {
        if (how === 'rejection') void Promise.reject(new Error('left behind'));
        else throw new Error('left behind');
      }, 5);
      return how;
    };
    const laterThanThat = () => new Promise((resolve) => setTimeout(resolve, 50, 'unharmed'));
    for (const how of ['rejection', 'exception']) {
      assert.equal(await single.apply(leave, [how]), how);
      assert.equal(await single.apply(laterThanThat), 'unharmed'); // it waits while the error of the other comes
      assert.equal(await single.apply(square, [2]), 4);
    }
    assert.equal(single.stats().started, 1);
  });

  it('that was not awaited by another one that has ended fails nobody', async () => {
    await using single = new Pool(1);
    const forget = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      throw new Error('forgotten');
    };
    const forgetful = (x: number) => {
      void forget();
      return x;
    };
    const slow = (x: number) => new Promise((resolve) => setTimeout(resolve, 10, x));
    assert.deepEqual(await single.map(forgetful, numbers(20)), numbers(20));
    assert.deepEqual(await single.map(slow, numbers(5)), numbers(5));
    assert.equal(single.stats().crashed, 0);
  });
});

describe('A worker', () => {
  it('that dies before its first message is replaced, and all is done', async () => {
    const started = new Pool(2);
    const results = started.map(square, numbers(50));
    for (const pid of started.stats().pids) process.kill(pid, 'SIGKILL');
    assert.deepEqual(await results, numbers(50).map(square));
    await started.terminate();
  });

  it('that always dies before its first message: everything rejects after a bounded number of starts', async () => {
    const failing = new Pool(2, { initializer: () => process.kill(process.pid, 'SIGKILL') });
    const outcomes = await Promise.allSettled([
      failing.map(square, numbers(9)),
      failing.apply(square, [1]),
      failing.ready(),
      failing.imap(square, [1]).next(),
    ]);
    assert.ok(outcomes.every(({ status }) => status === 'rejected'));
    assert.ok(failing.stats().started <= 8);
    await failing.terminate();
  });

  it('whose initializer rejects: everything rejects with InitializerError and what was thrown', async () => {
    const initializer = async () => {
      await null;
      throw new RangeError('no licence');
    };
    const failing = new Pool(1, { initializer });
    for (const running of [failing.apply(square, [1]), failing.ready()]) {
      await assert.rejects(running, (error: Error) => {
        assert.ok(error instanceof InitializerError);
        assert.ok(error.cause instanceof RangeError);
        return true;
      });
    }
    await failing.terminate();
  });
});

describe('The error of an item', () => {
  class NoSuchColour extends TypeError {
    readonly code = 'E_COLOUR';
  }
  const paint = (colour: string) => {
    throw new NoSuchColour(`no such colour: ${colour}`, { cause: new RangeError('not in the palette') });
  };

  it('has class, own properties, cause and the stack over there', async () => {
    await assert.rejects(pool.apply(paint, ['blurple']), (error: NoSuchColour) => {
      assert.ok(error instanceof NoSuchColour);
      assert.equal(error.code, 'E_COLOUR');
      assert.ok(error.cause instanceof RangeError);
      const remote = error.cause.cause;
      assert.ok(remote instanceof RemoteError);
      assert.match(remote.remoteStack, /paint.*item-faults/s);
      return true;
    });
  });

  it('says where the caller called, whatever the method and whatever went wrong', async () => {
    const die = () => process.kill(process.pid, 'SIGKILL');
    const hang = () => new Promise(() => {});
    async function theCaller(how: string): Promise<unknown> {
      if (how === 'apply') return await pool.apply(paint, ['x']);
      if (how === 'applyAsync') return await pool.applyAsync(paint, ['x']).get();
      if (how === 'map') return await pool.map(paint, ['x', 'y']);
      if (how === 'imap') return await pool.imap(paint, ['x']).next();
      if (how === 'crash') return await pool.apply(die);
      if (how === 'timeout') return await pool.apply(hang, [], { timeout: 20 });
      const [outcome] = await pool.mapSettled(paint, ['x']);
      throw (outcome as PromiseRejectedResult).reason;
    }
    for (const how of ['apply', 'applyAsync', 'map', 'imap', 'crash', 'timeout', 'mapSettled']) {
      await assert.rejects(theCaller(how), ({ stack }: Error) => {
        assert.match(stack ?? '', /called here:.*theCaller.*item-faults/s, how);
        return true;
      });
    }
  });

  it('of a callback is reported, and the result is there', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const errorCallback = () => {
      throw new Error('in the errorCallback');
    };
    await assert.rejects(pool.applyAsync(paint, ['x'], { errorCallback }).get(), NoSuchColour);
    assert.match((await warned).message, /in the errorCallback/);
  });
});

describe('retries', () => {
  it('run an item at most n + 1 times, with pauses that get longer', async () => {
    const seen: number[] = [];
    const at: number[] = [];
    const fail = () => {
      const { attempt, report } = currentTask();
      report(attempt);
      throw new Error(`run ${attempt}`);
    };
    const onProgress = (value: unknown) => {
      seen.push(value as number);
      at.push(performance.now());
    };
    await assert.rejects(pool.apply(fail, [], { retries: 3, onProgress }), /run 4/);
    assert.deepEqual(seen, [1, 2, 3, 4]);
    assert.ok(at[1] - at[0] >= 20 && at[2] - at[1] >= 45 && at[3] - at[2] >= 95, String(at));
  });

  it('are for workers that died, too', async () => {
    const dieTwice = (x: number) => {
      if (x === 2 && currentTask().attempt <= 2) process.kill(process.pid, 'SIGKILL');
      return x;
    };
    assert.deepEqual(await pool.map(dieTwice, numbers(5), { retries: 2 }), numbers(5));
    const outcomes = await pool.mapSettled(dieTwice, numbers(5), { retries: 1 });
    assert.deepEqual(outcomes.map(nameOf), [0, 1, 'WorkerCrashedError', 3, 4]);
  });

  it('end for an item that keeps killing workers: it is in quarantine', async () => {
    await using single = new Pool(1);
    const die = (x: number) => (x === 1 ? process.kill(process.pid, 'SIGKILL') : x);
    const outcomes = await single.mapSettled(die, numbers(4), { retries: 100, chunkSize: 4 });
    assert.deepEqual(outcomes.map(nameOf), [0, 'WorkerCrashedError', 2, 3]);
    assert.match(String((outcomes[1] as PromiseRejectedResult).reason), /5th worker, so it is not run again/);
    assert.equal(single.stats().crashed, 5);
  });
});
