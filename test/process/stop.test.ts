/** Process.stop(): asking, then SIGTERM, then SIGKILL. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { CancelledError, currentProcess, Event, Process, StateError } from '../../src/index.js';
import { ownProcess } from '../support/start-method.js';

const forEver = () => new Promise<never>(() => setInterval(() => {}, 1000));

describe('Process.stop()', () => {
  it('asks: the signal over there is aborted, and the process ends as it likes', async () => {
    const child = new Process({
      target: async () => {
        const { signal } = currentProcess();
        const timer = setInterval(() => {}, 1000); // the signal itself keeps nobody alive
        if (!signal.aborted) await once(signal, 'abort');
        clearInterval(timer);
        return signal.reason;
      },
    });
    await child.start();
    assert.equal(await child.stop({ grace: 600_000 }), 'asked');
    assert.equal(child.exitCode, 0);
    assert.ok((await child.result()) instanceof CancelledError);
    assert.equal(await child.stop(), 'asked');
  });

  it('is heard by a process that looks at the signal later', async () => {
    const go = new Event();
    const child = new Process({
      target: async (go: Event) => {
        await go.wait();
        const { signal } = currentProcess();
        if (!signal.aborted) await once(signal, 'abort', { signal: AbortSignal.timeout(600_000) });
      },
      args: [go],
    });
    await child.start();
    const stop = child.stop({ grace: 600_000 });
    go.set();
    assert.equal(await stop, 'asked');
    assert.equal(child.exitCode, 0);
  });

  it('sends SIGTERM to one that does not listen', async () => {
    const child = new Process({ target: forEver });
    await child.start();
    const step = await child.stop({ grace: 200 });
    // On a machine that is very busy the next step may come before the signal has been delivered.
    assert.deepEqual([step, child.exitCode], step === 'killed' ? ['killed', -9] : ['terminated', -15]);
  });

  it('sends SIGKILL to one that does not want to end; a thread ends at the step before', async () => {
    const ready = new Event();
    const child = new Process({
      target: (ready: Event) => {
        process.on('SIGTERM', () => {});
        setInterval(() => {}, 1000);
        ready.set();
      },
      args: [ready],
    });
    await child.start();
    await ready.wait();
    const step = await child.stop({ grace: 20 });
    assert.deepEqual([step, child.exitCode], ownProcess ? ['killed', -9] : ['terminated', -15]);
  });

  it('takes milliseconds from 0 up', async () => {
    const child = new Process({ target: forEver });
    await child.start();
    for (const grace of [-1, Number.NaN, 'soon' as never])
      await assert.rejects(child.stop({ grace }), RangeError);
    assert.equal(child.isAlive(), true);
    await child.stop({ grace: 0 });
    assert.equal(child.isAlive(), false);
  });
});

describe('Process.signal', () => {
  it('is for the process itself; in the main process it is never aborted', () => {
    assert.throws(() => new Process().signal, StateError);
    assert.equal(currentProcess().signal.aborted, false);
    assert.equal(currentProcess().signal, currentProcess().signal);
  });

  it('keeps nobody alive who has looked at it', async () => {
    const child = new Process({ target: () => void currentProcess().signal });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
  });
});
