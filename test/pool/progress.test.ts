/** What is told of items while they run: `report`, `onProgress`, the bar. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { currentTask, Pool, SerializationError, type TaskProgress } from '../../src/index.js';

const pool = new Pool(2);
after(() => pool.terminate());

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('currentTask().report()', () => {
  it('streams values to onProgress in order, before the result', async () => {
    const steps = async (n: number) => {
      const { report } = currentTask();
      for (let i = 0; i < n; i++) report(i);
      await null;
      report({ done: new Date(0), all: [n] });
      return 'result';
    };
    const seen: unknown[] = [];
    assert.equal(await pool.apply(steps, [5000], { onProgress: (value) => seen.push(value) }), 'result');
    assert.deepEqual(seen, [...numbers(5000), { done: new Date(0), all: [5000] }]);
  });

  it('is heard while the task still runs, also from a loop that never returns to the event loop', async () => {
    const stop = new AbortController();
    const endless = (): void => {
      for (let i = 0; ; i++) if (i % 100_000 === 0) currentTask().report(i);
    };
    const onProgress = (value: unknown) => value === 300_000 && stop.abort(new Error('heard'));
    await assert.rejects(pool.apply(endless, [], { signal: stop.signal, onProgress }), /heard/);
  });

  it('has taken the value when it returns', async () => {
    const seen: unknown[] = [];
    const change = () => {
      const list = [1];
      currentTask().report(list);
      list.push(2);
    };
    await pool.apply(change, [], { onProgress: (value) => seen.push(value) });
    assert.deepEqual(seen, [[1]]);
  });

  it('carries what needs shared memory, in its place among the others', async () => {
    const large = () => {
      const { report } = currentTask();
      report('before');
      report(new Uint8Array(100_000).fill(7));
      report('after');
    };
    const seen: unknown[] = [];
    await pool.apply(large, [], { onProgress: (value) => seen.push(value) });
    assert.deepEqual(seen, ['before', new Uint8Array(100_000).fill(7), 'after']);
  });

  it('throws to the task what can not travel; the worker, and what else is reported, are not harmed', async () => {
    const tellsTwice = () => {
      const { report } = currentTask();
      const names: string[] = [];
      const large = new Uint8Array(100_000);
      for (const wrong of [Symbol('wrong'), { large, nested: Symbol('wrong') }]) {
        try {
          report(wrong);
        } catch (error) {
          names.push((error as Error).name);
        }
        report('right');
      }
      return names;
    };
    const seen: unknown[] = [];
    await using single = new Pool(1);
    const names = await single.apply(tellsTwice, [], { onProgress: (value) => seen.push(value) });
    assert.equal(names.length, 2);
    assert.ok(
      names.every((name) => name === 'SerializationError' || name === 'NotShippableError'),
      `${names}`,
    );
    assert.deepEqual(seen, ['right', 'right']);
    await assert.rejects(single.apply(() => currentTask().report(Symbol('wrong')), [], { onProgress() {} }));
    assert.equal(await single.apply(() => 'alive'), 'alive');
    assert.equal(single.stats().started, 1);
  });

  it('says which item and which run it is', async () => {
    const seen: [unknown, TaskProgress][] = [];
    const task = (x: number) => {
      const { report, attempt } = currentTask();
      report(x * 10);
      if (x === 1 && attempt === 1) throw new Error('again');
    };
    await pool.map(task, [0, 1, 2], { retries: 1, onProgress: (...event) => seen.push(event) });
    const events = seen.map(([value, { index, attempt, ended, total }]) => [
      value,
      index,
      attempt,
      ended,
      total,
    ]);
    assert.deepEqual(events.sort(), [
      [0, 0, 1, false, 3],
      [10, 1, 1, false, 3],
      [10, 1, 2, false, 3],
      [20, 2, 1, false, 3],
    ]);
  });

  it('throws where the value can not travel, and does nothing where nobody listens', async () => {
    const bad = () => currentTask().report(Symbol('local'));
    await assert.rejects(pool.apply(bad, [], { onProgress: () => {} }), SerializationError);
    assert.equal(await pool.apply(bad), undefined);
  });
});

describe('onProgress', () => {
  it('is called once for each item that has reported nothing', async () => {
    const seen: [unknown, TaskProgress][] = [];
    const fail = (x: number) => {
      if (x === 3) throw new Error('three');
    };
    await pool.mapSettled(fail, numbers(50), { onProgress: (...event) => seen.push(event) });
    assert.equal(seen.length, 50);
    assert.ok(seen.every(([value, { ended, total }]) => value === undefined && ended && total === 50));
    assert.deepEqual(
      seen.map(([, { done }]) => done),
      numbers(50).map((i) => i + 1),
    );
    assert.deepEqual(
      seen.map(([, { index }]) => index).sort((a, b) => a - b),
      numbers(50),
    );
    assert.equal(seen.at(-1)?.[1].failed, 1);
  });

  it('does not know the total of a source that has not ended', async () => {
    const totals = new Set<number | undefined>();
    async function* source() {
      for (const i of numbers(20)) yield i;
    }
    for await (const _ of pool.imap((x: number) => x, source(), {
      maxInFlight: 2,
      onProgress: (_, { total }) => totals.add(total),
    }));
    assert.ok(totals.has(undefined));
  });

  it('that throws, or rejects, is reported and harms nothing', async () => {
    const warned: string[] = [];
    const onWarning = ({ message }: Error) => warned.push(message);
    process.on('warning', onWarning);
    let calls = 0;
    const onProgress = () => {
      if (calls++ % 2) throw new Error('in onProgress');
      return Promise.reject(new Error('in onProgress'));
    };
    assert.deepEqual(await pool.map((x: number) => x, numbers(10), { onProgress }), numbers(10));
    while (warned.length < 10) await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    assert.ok(warned.every((message) => message.includes('in onProgress')));
  });

  it('must be a function, progress a boolean', async () => {
    await assert.rejects(
      pool.map((x: number) => x, [1], { onProgress: 5 as never }),
      TypeError,
    );
    await assert.rejects(
      pool.map((x: number) => x, [1], { progress: 5 as never }),
      TypeError,
    );
  });
});

describe('progress: true', () => {
  const file = path.join(import.meta.dirname, '../fixtures/pool/progress-bar.ts');
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), file, ...args], {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });

  it('writes nothing on a pipe', async () => {
    const { stdout, stderr } = await run();
    assert.equal(stdout, '19 done, 1 failed\n');
    assert.equal(stderr, '');
  });

  it('draws done, total, rate, time left and failures on a terminal', async () => {
    const { stderr } = await run('--as-terminal');
    const lastLine = stderr.split('\r').at(-1) ?? '';
    assert.match(stderr, /20\/20/);
    assert.match(stderr, /100%/);
    assert.match(stderr, /\/s \| ETA/);
    assert.match(`${stderr}${lastLine}`, /1 failed/);
  });
});
