/** What comes back from a child: results, errors with their chain, exit codes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Lock,
  Process,
  ProcessCrashedError,
  Queue,
  RemoteError,
  SerializationError,
} from '../../src/index.js';
import { ownProcessOnly } from '../support/start-method.js';
import { textOf } from './program.js';

/** Not seen in the output of the tests: what a failing child says. */
const quiet = ['ignore', 'inherit', 'pipe'] as const;

async function startQuietly<Args extends unknown[]>(
  target: (...args: Args) => unknown,
  ...args: Args
): Promise<Process<Args>> {
  const child = new Process({ target, args, stdio: quiet, name: 'failing' });
  await child.start();
  return child;
}

describe('Process.result()', () => {
  it('gives what target returned, of any type that travels', async () => {
    const lock = new Lock();
    const child = new Process({
      target: async (lock: Lock) => {
        await lock.acquire();
        return {
          map: new Map([[1, new Date(0)]]),
          bytes: new Uint8Array([1, 2]),
          lock,
          add: (a: number) => a + 1,
        };
      },
      args: [lock],
    });
    await child.start();
    const { map, bytes, lock: same, add } = await child.result();
    assert.deepEqual([...map], [[1, new Date(0)]]);
    assert.deepEqual([...bytes], [1, 2]);
    assert.equal(add(1), 2);
    same.tryAcquire();
    assert.equal(lock.locked(), true);
    await child.join();
  });

  it('gives undefined for a process without target', async () => {
    const child = new Process();
    await child.start();
    assert.equal(await child.result(), undefined);
    await child.join();
    assert.equal(child.exitCode, 0);
  });

  it("rejects with the child's error, whose chain ends in the stack over there", async () => {
    class ShopError extends Error {
      readonly code = 'SHOP';
      readonly items = [1, 2];
    }
    const child = await startQuietly(function openShop() {
      throw new ShopError('closed', { cause: new RangeError('no key') });
    });
    await assert.rejects(child.result(), (error: ShopError) => {
      assert.equal(error.constructor.name, 'ShopError');
      assert.equal(error.message, 'closed');
      assert.equal(error.code, 'SHOP');
      assert.deepEqual(error.items, [1, 2]);
      const cause = error.cause as RangeError;
      assert.ok(cause instanceof RangeError);
      assert.equal(cause.message, 'no key');
      const remote = cause.cause as RemoteError;
      assert.ok(remote instanceof RemoteError);
      assert.equal(remote.processName, 'failing');
      assert.match(remote.remoteStack, /closed\n\s+at .*openShop/);
      return true;
    });
    await child.join();
    assert.equal(child.exitCode, 1);
  });

  it('rejects with RemoteError for something thrown that is no error', async () => {
    const child = await startQuietly(() => {
      throw { answer: 42 };
    });
    await assert.rejects(child.result(), (error: RemoteError) => {
      assert.ok(error instanceof RemoteError);
      assert.match(error.message, /thrown: \{"answer":42\}/);
      assert.deepEqual(error.cause, { answer: 42 });
      return true;
    });
  });

  it('rejects when the result can not be carried, naming the path', async () => {
    const child = new Process({ target: () => ({ deep: [process.stdout] }), stdio: quiet });
    await child.start();
    await assert.rejects(child.result(), (error: Error) => {
      assert.ok(error instanceof SerializationError, String(error));
      assert.match(error.message, /result.*deep\[0\]/);
      return true;
    });
  });

  it('rejects with ProcessCrashedError when the child ends without returning', async () => {
    const child = await startQuietly(() => new Promise(() => process.exit(7)));
    await assert.rejects(child.result(), (error: ProcessCrashedError) => {
      assert.ok(error instanceof ProcessCrashedError);
      assert.equal(error.exitCode, 7);
      assert.equal(error.signal, null);
      assert.equal(error.pid, child.pid);
      return true;
    });
  });

  it('rejects with ProcessCrashedError when run() never settles and the event loop is empty', async () => {
    const child = await startQuietly(() => new Promise<never>(() => {}));
    await assert.rejects(child.result(), ProcessCrashedError);
    assert.equal(await child.join(), undefined);
  });
});

describe('Process.exitCode', () => {
  for (const [status, seen] of [
    [0, 0],
    [7, 7],
    [255, 255],
    [256, 0],
    [300, 44],
    [-1, 255],
  ]) {
    it(`is ${seen} after process.exit(${status})`, async () => {
      const child = await startQuietly((status: number) => process.exit(status), status);
      await child.join();
      assert.equal(child.exitCode, seen);
    });
  }

  it('is what process.exitCode says, when run() has returned', async () => {
    const child = await startQuietly(() => {
      process.exitCode = 5;
      return 'returned';
    });
    await child.join();
    assert.equal(child.exitCode, 5);
    assert.equal(await child.result(), 'returned');
  });

  for (const [signal, number] of [
    ['SIGTERM', 15],
    ['SIGKILL', 9],
    ['SIGUSR2', 12],
    ['SIGABRT', 6],
    ['SIGSEGV', 11],
  ] as const) {
    it(`is -${number} after ${signal}`, ownProcessOnly, async () => {
      const child = await startQuietly(
        (signal: NodeJS.Signals) =>
          new Promise<never>(() => {
            process.kill(process.pid, signal);
            setInterval(() => {}, 1000);
          }),
        signal,
      );
      await child.join();
      assert.equal(child.exitCode, -number);
    });
  }

  it('is -6 out of memory, and the error and stderr say that it was the heap', ownProcessOnly, async () => {
    const child = new Process({
      target: () => {
        const kept: unknown[] = [];
        for (;;) kept.push(new Array(10_000).fill(kept.length));
      },
      resourceLimits: { maxOldGenerationSizeMb: 64 },
      stdio: quiet,
    });
    void child.start();
    const said = textOf(child.stderr);
    await assert.rejects(child.result(), /killed by SIGABRT .*heap is full.*resourceLimits/);
    await child.join();
    assert.equal(child.exitCode, -6);
    assert.match(await said, /heap out of memory/);
  });

  it('is 1 for an uncaught error in run(), with the full stack on stderr under the name', async () => {
    const child = await startQuietly(async function cook() {
      throw new TypeError('burnt', { cause: new Error('too hot') });
    });
    const [text] = await Promise.all([textOf(child.stderr), child.join()]);
    assert.equal(child.exitCode, 1);
    assert.match(text, /^Process failing:\nTypeError: burnt\n\s+at .*cook/m);
    assert.match(text, /too hot/);
  });

  for (const [how, later] of [
    ['thrown', () => setTimeout(() => cookLater(), 1)],
    ['rejected', () => void setTimeout(async () => cookLater(), 1)],
  ] as const) {
    it(`is 1 for an error ${how} after run() has returned, with its stack on stderr; the result stays`, async () => {
      const child = new Process({ target: later, stdio: quiet, name: 'late' });
      await child.start();
      const [text] = await Promise.all([textOf(child.stderr), child.join()]);
      assert.equal(child.exitCode, 1);
      assert.match(text, /Process late:\n[\s\S]*TypeError: burnt later\n\s+at cookLater/);
    });
  }
});

describe('A child', () => {
  it('lives until its event loop is empty', async () => {
    const queue = new Queue<string>();
    const child = new Process({
      target: (queue: Queue<string>) => {
        setTimeout(() => void queue.put('from a timer'), 50);
        return 'returned';
      },
      args: [queue],
    });
    await child.start();
    assert.equal(await child.result(), 'returned');
    assert.equal(await queue.get(), 'from a timer');
    await child.join();
    assert.equal(child.exitCode, 0);
  });
});

function cookLater(): never {
  throw new TypeError('burnt later');
}
