/** What a pool survives: workers that die, errors of every kind, wrong use. Each item settles, exactly once. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CancelledError,
  InitializerError,
  NotShippableError,
  Pool,
  PoolTerminatedError,
  SerializationError,
  StateError,
  TimeoutError,
  WorkerCrashedError,
} from '../../src/index.js';

const pool = new Pool(2);
after(() => pool.terminate());

const square = (x: number) => x * x;
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const nameOf = (outcome: PromiseSettledResult<unknown>) =>
  outcome.status === 'fulfilled' ? outcome.value : outcome.reason.name;

describe('A worker that dies', () => {
  it('fails the item it was running and no other', async () => {
    const dieAt = (x: number) => {
      if (x === 13) process.kill(process.pid, 'SIGKILL');
      return x;
    };
    for (const chunkSize of [1, 10, 40, 'auto'] as const) {
      const outcomes = await pool.mapSettled(dieAt, numbers(40), { chunkSize });
      assert.deepEqual(
        outcomes.map(nameOf),
        numbers(40).map((i) => (i === 13 ? 'WorkerCrashedError' : i)),
      );
    }
  });

  it('is described by the error', async () => {
    const die = () => {
      console.error('the last words');
      process.exit(3);
    };
    await assert.rejects(pool.apply(die), (error: WorkerCrashedError) => {
      assert.ok(error instanceof WorkerCrashedError);
      assert.equal(error.exitCode, 3);
      assert.equal(error.signal, null);
      assert.equal(typeof error.pid, 'number');
      assert.equal(error.task, 'die');
      assert.match(error.stderrTail, /the last words/);
      return true;
    });
  });

  it('fails nobody while it is idle', async () => {
    await pool.ready();
    const { pids } = pool.stats();
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    assert.deepEqual(await pool.map(square, numbers(100)), numbers(100).map(square));
  });

  it('does not take back what it had returned', async () => {
    const lastKills = (x: number) => {
      if (x === 99) process.exit(1);
      return x;
    };
    const outcomes = await pool.mapSettled(lastKills, numbers(100), { chunkSize: 100 });
    assert.deepEqual(
      outcomes.map(nameOf),
      numbers(100).map((i) => (i === 99 ? 'WorkerCrashedError' : i)),
    );
  });

  it('one in twenty, three hundred times: exactly those fail', async () => {
    const dieOften = (x: number) => {
      if (x % 20 === 7) process.kill(process.pid, 'SIGKILL');
      return x;
    };
    const outcomes = await pool.mapSettled(dieOften, numbers(300));
    assert.deepEqual(
      outcomes.map(nameOf),
      numbers(300).map((i) => (i % 20 === 7 ? 'WorkerCrashedError' : i)),
    );
  });

  it('does not lose the arguments of the items it had not begun', async () => {
    const dieAtFirst = (b: Uint8Array) => {
      if (b[0] === 0) process.kill(process.pid, 'SIGKILL');
      return b[0] + b.length;
    };
    const buffers = numbers(6).map((i) => new Uint8Array(200_000).fill(i));
    const outcomes = await pool.mapSettled(dieAtFirst, buffers, { chunkSize: 6 });
    assert.deepEqual(outcomes.map(nameOf), [
      'WorkerCrashedError',
      ...[1, 2, 3, 4, 5].map((i) => i + 200_000),
    ]);
  });

  it('is run again where retries are asked for', async () => {
    const { currentTask } = await import('../../src/index.js');
    const dieOnce = (x: number) => {
      if (currentTask().attempt === 1 && x === 2) process.kill(process.pid, 'SIGKILL');
      return x;
    };
    assert.deepEqual(await pool.map(dieOnce, numbers(5), { retries: 1 }), numbers(5));
  });
});

describe('timeout and signal', () => {
  it('end a running item and spare the others', async () => {
    const hang = (x: number) => {
      while (x === 2);
      return x;
    };
    const outcomes = await pool.mapSettled(hang, numbers(6), { timeout: 300, chunkSize: 3 });
    assert.deepEqual(outcomes.map(nameOf), [0, 1, 'TimeoutError', 3, 4, 5]);
    await assert.rejects(
      pool.apply(() => new Promise(() => {}), [], { timeout: 20 }),
      TimeoutError,
    );
  });

  it('reject with the reason of the signal', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const running = pool.apply(
      (): void => {
        for (;;);
      },
      [],
      { signal: stop.signal },
    );
    setImmediate(() => stop.abort(reason));
    await assert.rejects(running, reason);
    await assert.rejects(pool.map(square, [1], { signal: AbortSignal.abort(reason) }), reason);
    assert.equal(await pool.apply(square, [3]), 9);
  });
});

describe('A call that is given up before a worker has begun it', () => {
  const endless = (): void => {
    for (;;);
  };

  it('never begins', async () => {
    await using single = new Pool(1);
    await single.ready();
    const [worker] = single.stats().pids;
    process.kill(worker, 'SIGSTOP'); // so that it can't have begun
    const call = single.applyAsync(endless);
    await null; // it is handed out
    call.cancel();
    process.kill(worker, 'SIGCONT');
    await assert.rejects(call.get(), CancelledError);
    assert.equal(await single.apply(square, [3]), 9);
    assert.deepEqual(single.stats().pids, [worker]);
  });

  it('never begins, also if it is one of several behind each other', async () => {
    await using single = new Pool(1);
    const endlessIf = (isEndless: boolean) => {
      while (isEndless);
    };
    // Known to be quick, so that calls wait at the worker, not here.
    await single.map(endlessIf, new Array<boolean>(1000).fill(false));
    const [worker] = single.stats().pids;
    process.kill(worker, 'SIGSTOP');
    const calls: { stop: AbortController; running: Promise<void> }[] = [];
    for (let i = 0; i < 4; i++) {
      const stop = new AbortController();
      calls.push({ stop, running: single.apply(endlessIf, [true], { signal: stop.signal }) });
      await null;
      if (i === 0) stop.abort();
    }
    const wanted = single.apply(square, [3]);
    await null;
    for (const { stop } of calls) stop.abort();
    process.kill(worker, 'SIGCONT');
    for (const { running } of calls) await assert.rejects(running, { name: 'AbortError' });
    assert.equal(await wanted, 9);
    assert.deepEqual(single.stats().pids, [worker]);
  });
});

describe('Values that can not travel', () => {
  it('a function is refused at the call, naming the variable', async () => {
    let total = 0;
    const add = (x: number) => {
      total += x;
    };
    await assert.rejects(pool.map(add, [1]), (error) => {
      assert.ok(error instanceof NotShippableError);
      assert.match(error.message, /total/);
      return true;
    });
    assert.throws(() => pool.applyAsync(add, [1]), NotShippableError);
    assert.equal(total, 0);
  });

  it('an argument is refused at the call, naming the path', async () => {
    const item = { db: { socket: Symbol('local') } };
    await assert.rejects(
      pool.apply((x: unknown) => x, [item]),
      /args\[0\]\.db\.socket/,
    );
    await assert.rejects(
      pool.map((x: unknown) => x, [1, item]),
      /items\[1\]\.db\.socket/,
    );
  });

  it('a result fails its item only', async () => {
    const outcomes = await pool.mapSettled(
      (x: number) => (x === 1 ? (Symbol('local') as unknown) : x),
      [0, 1, 2],
      {
        chunkSize: 3,
      },
    );
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok((outcomes[1] as PromiseRejectedResult).reason instanceof SerializationError);
  });

  it('an error with what can not travel is still an error', async () => {
    const fail = () => {
      throw Object.assign(new Error('with a timer'), { timer: setTimeout(() => {}, 0), again: () => 1 });
    };
    await assert.rejects(pool.apply(fail), /with a timer/);
  });
});

describe('Wrong use', () => {
  it('of the constructor', () => {
    for (const processes of [0, -1]) assert.throws(() => new Pool(processes), RangeError);
    for (const processes of [1.5, Number.NaN, '2', null])
      assert.throws(() => new Pool(processes as never), TypeError);
    assert.throws(() => new Pool(1, { initializer: 5 as never }), TypeError);
    assert.throws(() => new Pool(1, { initargs: 5 as never }), TypeError);
    assert.throws(() => new Pool(1, { maxTasksPerChild: 0 }), RangeError);
    assert.throws(() => new Pool(1, { context: 'fork' } as never), RangeError);
    assert.throws(() => new Pool(1, { colour: 'red' } as never), /colour is not known/);
    assert.throws(
      () => new Pool(1, { initializer: () => Symbol.iterator, initargs: [Symbol('x')] }),
      SerializationError,
    );
  });

  it('of the methods', async () => {
    await assert.rejects(pool.map(5 as never, [1]), TypeError);
    await assert.rejects(pool.map(square, 5 as never), TypeError);
    await assert.rejects(pool.apply(square, 5 as never), TypeError);
    await assert.rejects(pool.map(square, [1], { chunkSize: 0 }), RangeError);
    await assert.rejects(pool.map(square, [1], { chunkSize: 1.5 }), TypeError);
    await assert.rejects(pool.map(square, [1], { timeout: 0 }), RangeError);
    await assert.rejects(pool.map(square, [1], { signal: {} as never }), TypeError);
    await assert.rejects(pool.map(square, [1], { colour: 1 } as never), /colour is not known/);
    assert.throws(() => pool.imap(square, [1], { maxInFlight: 0 }), RangeError);
    assert.throws(() => pool.imap(null as never, [1]), TypeError);
  });
});

describe('The end of a pool', () => {
  it('close() takes no more and lets everything finish', async () => {
    const closing = new Pool(2);
    const results = closing.map(square, numbers(1000));
    await assert.rejects(closing.join(), StateError);
    closing.close();
    closing.close();
    await assert.rejects(closing.apply(square, [1]), StateError);
    assert.throws(() => closing.imap(square, [1]), StateError);
    await closing.join();
    assert.deepEqual(await results, numbers(1000).map(square));
    assert.deepEqual(closing.stats().pids, []);
  });

  it('close() after nothing was submitted, before the workers are there', async () => {
    const unused = new Pool(2);
    unused.close();
    await unused.join();
  });

  it('terminate() settles everything pending', async () => {
    const ending = new Pool(2);
    const hanging = ending.mapSettled(() => new Promise(() => {}), numbers(10));
    const single = ending.apply(square, [2]);
    const stream = ending.imap(square, numbers(10));
    const [ended] = [ending.terminate()];
    await assert.rejects(hanging, PoolTerminatedError);
    await assert.rejects(single, PoolTerminatedError);
    await assert.rejects(stream.next(), PoolTerminatedError);
    await ended;
    await ending.join();
    assert.deepEqual(ending.stats().pids, []);
    await assert.rejects(ending.apply(square, [1]), StateError);
  });

  it('the end of its block closes it and waits', async () => {
    let results: Promise<number[]>;
    let ended: Pool;
    {
      await using scoped = new Pool(1);
      ended = scoped;
      results = scoped.map(square, numbers(10));
    }
    assert.deepEqual(await results, numbers(10).map(square));
    assert.deepEqual(ended.stats().pids, []);
  });
});

describe('Workers that can not start', () => {
  it('a throwing initializer rejects ready() and everything pending', async () => {
    const initializer = () => {
      throw new RangeError('no licence');
    };
    await using failing = new Pool(2, { initializer });
    const pending = failing.map(square, numbers(10));
    const ready = failing.ready();
    for (const promise of [pending, ready]) {
      await assert.rejects(promise, (error: Error) => {
        assert.ok(error instanceof InitializerError);
        assert.match(error.message, /no licence/);
        assert.ok(error.cause instanceof RangeError);
        return true;
      });
    }
    await assert.rejects(failing.apply(square, [1]), InitializerError);
    assert.ok(failing.stats().started <= 8);
  });

  it('an initializer that ends its process does, too', async () => {
    await using failing = new Pool(1, { initializer: () => process.exit(9) });
    await assert.rejects(failing.apply(square, [1]), /exit code 9/);
  });
});
