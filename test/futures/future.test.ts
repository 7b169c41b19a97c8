/** What a Future is: its states, cancelling, results, errors, callbacks. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { Future, ProcessPoolExecutor } from '../../src/futures.js';
import { CancelledError, TimeoutError } from '../../src/index.js';
import { Gate, stand } from './gate.js';

const executor = new ProcessPoolExecutor({ maxWorkers: 1 });
after(() => executor.killWorkers());

const double = (x: number) => 2 * x;
const fail = (message: string) => {
  throw new RangeError(message);
};

/** A call that runs and one that waits behind it. */
async function oneRunsOneWaits() {
  const gate = new Gate();
  const runs = executor.submit(stand<string>, gate.begun, gate.open, 'ran');
  const waits = executor.submit(double, 21);
  await gate.begun.wait();
  return { runs, waits, open: () => gate.open.set() };
}

describe('Future', () => {
  it('is a promise of the result', async () => {
    const future = executor.submit(double, 4);
    assert.ok(future instanceof Future && future instanceof Promise);
    assert.equal(await future, 8);
    const next = future.then((x) => x + 1);
    assert.ok(!(next instanceof Future));
    assert.deepEqual(await Promise.all([future, next]), [8, 9]);
  });

  it('tells pending from running and done', async () => {
    const { runs, waits, open } = await oneRunsOneWaits();
    const state = (future: Future<unknown>) => [future.running(), future.done(), future.cancelled()];
    assert.deepEqual(state(runs), [true, false, false]);
    assert.deepEqual(state(waits), [false, false, false]);
    open();
    assert.deepEqual(await Promise.all([runs, waits]), ['ran', 42]);
    assert.deepEqual(state(runs), [false, true, false]);
  });
});

describe('Future.cancel()', () => {
  it('keeps what waits from running, and leaves alone what runs', async () => {
    const { runs, waits, open } = await oneRunsOneWaits();
    assert.equal(runs.cancel(), false);
    assert.equal(waits.cancel(), true);
    assert.equal(waits.cancel(), true, 'cancelled twice');
    assert.ok(waits.cancelled() && waits.done() && !waits.running());
    await assert.rejects(waits, CancelledError);
    await assert.rejects(waits.result(), CancelledError);
    await assert.rejects(waits.exception(), CancelledError);
    open();
    assert.equal(await runs, 'ran');
    assert.equal(runs.cancel(), false, 'cancelled when it has ended');
    assert.equal(runs.cancelled(), false);
  });

  it('takes out each of many that wait, in any order, and the rest runs', async () => {
    const { runs, open } = await oneRunsOneWaits();
    const many = Array.from({ length: 100 }, (_, i) => executor.submit(double, i));
    for (let i = 99; i >= 0; i -= 3) assert.ok(many[i].cancel());
    open();
    await runs;
    const outcomes = await Promise.allSettled(many);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'cancelled')),
      many.map((_, i) => (i % 3 === 0 ? 'cancelled' : 2 * i)),
    );
  });

  it('is not what a task does that throws a CancelledError', async () => {
    const future = executor.submit(() => {
      throw new CancelledError('by itself');
    });
    assert.ok((await future.exception()) instanceof CancelledError);
    assert.equal(future.cancelled(), false);
  });
});

describe('Future.result() and exception()', () => {
  it('give up when the time is over, and can be asked again', async () => {
    const { runs, open } = await oneRunsOneWaits();
    await assert.rejects(runs.result(0), TimeoutError);
    await assert.rejects(runs.exception({ timeout: 1 }), TimeoutError);
    await assert.rejects(runs.result({ signal: AbortSignal.abort(new Error('enough')) }), /enough/);
    open();
    assert.equal(await runs.result({ timeout: 60_000 }), 'ran');
    assert.equal(await runs.exception(0), undefined);
  });

  it("give the task's error", async () => {
    const future = executor.submit(fail, 'no such colour');
    await assert.rejects(future.result(), RangeError);
    const error = await future.exception();
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, 'no such colour');
  });
});

describe('Future.addDoneCallback()', () => {
  it('calls each once, in the order of adding, also on a future that has ended', async () => {
    const calls: unknown[] = [];
    const { runs, open } = await oneRunsOneWaits();
    const note = (name: string) => (future: Future<unknown>) => calls.push([name, future.done()]);
    runs.addDoneCallback(note('first'));
    runs.addDoneCallback(note('second'));
    open();
    await runs;
    assert.deepEqual(calls.splice(0), [
      ['first', true],
      ['second', true],
    ]);
    runs.addDoneCallback(note('third'));
    assert.deepEqual(calls, [], 'never inside the call');
    await null;
    assert.deepEqual(calls, [['third', true]]);
  });

  it('calls for a cancelled future', async () => {
    const { waits, open } = await oneRunsOneWaits();
    const states: boolean[] = [];
    waits.addDoneCallback((future) => states.push(future.cancelled()));
    waits.cancel();
    await assert.rejects(waits);
    assert.deepEqual(states, [true]);
    open();
  });

  it('reports what a callback throws or rejects with, and goes on', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error) => warnings.push(warning.message);
    process.on('warning', listen);
    const future = executor.submit(double, 1);
    future.addDoneCallback(() => fail('thrown'));
    future.addDoneCallback(async () => fail('rejected'));
    let goneOn = false;
    future.addDoneCallback(() => (goneOn = true));
    assert.equal(await future, 2);
    assert.ok(goneOn);
    while (warnings.length < 2) await once(process, 'warning');
    process.off('warning', listen);
    assert.match(warnings[0], /done callback of a future threw: RangeError: thrown/);
    assert.match(warnings[1], /rejected/);
  });
});
