/** ProcessGroup: a block that does not end before its processes have. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import {
  ClosedError,
  currentProcess,
  Event,
  ProcessCrashedError,
  ProcessGroup,
  StateError,
  TimeoutError,
} from '../../src/index.js';
import { eventually } from '../support/start.js';

const forEver = () => new Promise<never>(() => setInterval(() => {}, 1000));

const untilAsked = async () => {
  const timer = setInterval(() => {}, 1000);
  const { signal } = currentProcess();
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(timer);
  signal.throwIfAborted();
};

/** What the block of a group ends with. */
async function errorsOf(block: () => Promise<void>): Promise<unknown[]> {
  let caught: unknown;
  await block().catch((error: unknown) => {
    caught = error;
  });
  assert.ok(caught instanceof AggregateError, String(caught));
  return caught.errors;
}

describe('new ProcessGroup()', () => {
  it('refuses wrong options', () => {
    const make = (options: unknown) => () => new ProcessGroup(options as never);
    assert.throws(make({ onError: 'ignore' }), TypeError);
    assert.throws(make({ signal: {} }), TypeError);
    for (const wrong of [-1, Number.NaN, 2 ** 31, '5 s']) {
      assert.throws(make({ deadline: wrong }), RangeError);
      assert.throws(make({ grace: wrong }), RangeError);
    }
  });

  it('is over at once without a process, deadline or not', async () => {
    const group = new ProcessGroup({ deadline: 0 });
    await group.join();
    await group.stop();
    await group[Symbol.asyncDispose]();
    assert.equal(group.snapshot().state, 'closed');
    assert.throws(() => group.start(forEver), ClosedError);
    await group[Symbol.asyncDispose]();
  });
});

describe('ProcessGroup.start()', () => {
  it('starts at once; the block ends when all have ended', async () => {
    const group = new ProcessGroup();
    const go = new Event();
    const process = group.start(
      async (go: Event, value: number) => {
        await go.wait();
        return value + 1;
      },
      go,
      41,
    );
    const { living, ...counts } = group.snapshot();
    assert.deepEqual(living, [{ name: process.name, pid: process.pid, shielded: false }]);
    assert.deepEqual(counts, { state: 'open', ended: 0, failed: 0 });
    await group.join(0);
    assert.equal(process.isAlive(), true);
    await assert.rejects(group.join({ signal: AbortSignal.abort(new Error('no')) }), /no/);
    go.set();
    await group[Symbol.asyncDispose]();
    assert.equal(process.exitCode, 0);
    const value: number = await process.result();
    assert.equal(value, 42);
    assert.deepEqual(group.snapshot(), { state: 'closed', living: [], ended: 1, failed: 0 });
  });

  it('throws at the call what can not be sent, and nothing of it is among the errors', async () => {
    await using group = new ProcessGroup();
    const symbol: unknown = Symbol('not a value that travels');
    assert.throws(() => group.start((value: unknown) => value, symbol), /args\[0\]/);
    const pending = Promise.resolve();
    assert.throws(() => group.shield(() => pending), /pending: Promise/);
    const fine = group.start(() => 1);
    assert.equal(await fine.result(), 1);
    await group.join();
    assert.deepEqual(group.snapshot(), { state: 'open', living: [], ended: 1, failed: 0 });
  });
});

describe("ProcessGroup with onError 'cancel'", () => {
  it('stops the siblings at the first failure, but not the shielded ones, and waits for all', async () => {
    const go = new Event();
    const ready = new Event();
    const errors = await errorsOf(async () => {
      await using group = new ProcessGroup();
      using _release = { [Symbol.dispose]: () => go.set() }; // also when an assertion fails: the block waits
      const asked = group.start(untilAsked);
      const shielded = group.shield(
        async (ready: Event, go: Event) => {
          ready.set();
          await go.wait();
          return currentProcess().signal.aborted;
        },
        ready,
        go,
      );
      const failing = group.start(async (ready: Event) => {
        await ready.wait();
        throw new RangeError('too far');
      }, ready);
      await Promise.all([failing.join(), asked.join()]); // asked throws because it is to stop: that is no failure
      await eventually(() => group.snapshot().ended === 2);
      assert.throws(
        () => group.start(forEver),
        (error: StateError) => error instanceof StateError && error.cause instanceof RangeError,
      );
      assert.equal(group.snapshot().state, 'stopping');
      assert.deepEqual(
        group.snapshot().living.map(({ pid }) => pid),
        [shielded.pid],
      );
      go.set();
      assert.equal(await shielded.result(), false);
    });
    assert.equal(errors.length, 1);
    assert.ok(errors[0] instanceof RangeError);
    assert.equal(errors[0].message, 'too far');
  });

  it('counts a kill by somebody else as a failure, before the start, and while it is being stopped', async () => {
    const group = new ProcessGroup({ grace: 600_000 });
    const first = group.start(forEver);
    const second = group.start(forEver);
    first.kill(); // before it has begun
    await first.join();
    second.kill(); // while it is asked to stop
    await assert.rejects(group.join(), ({ errors }: AggregateError) => {
      assert.deepEqual(
        errors.map((error) => error instanceof ProcessCrashedError && error.signal),
        ['SIGKILL', 'SIGKILL'],
      );
      return true;
    });
    await group[Symbol.asyncDispose](); // told once
  });
});

describe("ProcessGroup with onError 'collect'", () => {
  it('lets all run to their end and tells all failures', async () => {
    const go = new Event();
    const values: unknown[] = [];
    const errors = await errorsOf(async () => {
      await using group = new ProcessGroup({ onError: 'collect' });
      const late = group.start(async (go: Event) => {
        await go.wait();
        process.exitCode = 3; // it returns, and yet its exit code says that it has failed
        return 'late';
      }, go);
      const failing = group.start(() => {
        throw new TypeError('first');
      });
      await failing.join();
      go.set();
      values.push(await late.result());
    });
    assert.deepEqual(values, ['late']);
    assert.equal(errors.length, 2);
    assert.ok(errors[0] instanceof TypeError);
    assert.ok(errors[1] instanceof ProcessCrashedError && errors[1].exitCode === 3);
  });
});

describe('ProcessGroup with a deadline', () => {
  it('stops everything, the shielded ones too, and tells a TimeoutError', async () => {
    const errors = await errorsOf(async () => {
      await using group = new ProcessGroup({ deadline: 50, grace: 50 });
      group.start(forEver);
      group.shield(forEver);
    });
    assert.equal(errors.length, 1);
    assert.ok(errors[0] instanceof TimeoutError);
    assert.match(errors[0].message, /not done within 50 ms: stopped Process-\d+, Process-\d+/);
  });
});

describe('ProcessGroup.stop()', () => {
  it('stops everything, which is no failure; a shorter grace than before counts', async () => {
    await using group = new ProcessGroup();
    const process = group.start(forEver);
    const slow = group.stop({ grace: 600_000 });
    await assert.rejects(group.stop({ grace: -1 }), RangeError);
    await group.stop({ grace: 0 });
    await slow;
    assert.equal(process.isAlive(), false);
    assert.throws(() => group.start(forEver), StateError);
  });

  it('is what an aborted signal does, whose reason is among the errors', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const errors = await errorsOf(async () => {
      await using group = new ProcessGroup({ signal: controller.signal, grace: 0 });
      const process = group.start(forEver);
      controller.abort(reason);
      await process.join();
      process.close(); // the group does not need it any more
    });
    assert.deepEqual(errors, [reason]);
  });
});

describe('ProcessGroup.run()', () => {
  it('gives what its body returns', async () => {
    assert.equal(await ProcessGroup.run((group) => group.snapshot().state), 'open');
    assert.equal(await ProcessGroup.run(async () => 5, { onError: 'collect' }), 5);
  });

  it('counts an error of its body as a failure: the processes are stopped', async () => {
    const reason = new Error('no use');
    const errors = await errorsOf(() =>
      ProcessGroup.run(
        (group) => {
          group.start(forEver);
          throw reason;
        },
        { grace: 0 },
      ),
    );
    assert.deepEqual(errors, [reason]);
    const failed = await errorsOf(() =>
      ProcessGroup.run(async (group) => {
        group.start((value: unknown) => value, Symbol('not a value that travels'));
        await group.join();
      }),
    );
    assert.equal(failed.length, 1);
    assert.match(String(failed[0]), /args\[0\]/);
  });
});
