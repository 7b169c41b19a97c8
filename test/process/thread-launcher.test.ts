/** Processes that are threads: what is as with any process, what ends them, and what can't be asked of them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  type Connection,
  currentProcess,
  Event,
  isMainProcess,
  Lock,
  Pipe,
  Process,
  ProcessCrashedError,
  type ProcessOptions,
  parentProcess,
  Queue,
} from '../../src/index.js';
import { Session } from '../../src/memory/session.js';
import { identityOf } from '../../src/platform/process-identity.js';
import { eventually, start } from '../support/start.js';
import { childrenOf, runProgram, textOf } from './program.js';

const context = 'thread';
const forEver = () => new Promise<never>(() => setInterval(() => {}, 1000));
const onLinux = process.platform === 'linux';
const nodeMajor = Number(process.versions.node.split('.')[0]);

function inThread<Args extends unknown[], Result>(
  target: (...args: Args) => Result,
  args: Args,
  options: Omit<ProcessOptions<Args, Result>, 'target' | 'args'> = {},
) {
  return start(target, args, { ...options, context });
}

describe('a process that is a thread', () => {
  it('has a name, a parent and a result of its own, and the pid of its process', async () => {
    const thread = await inThread(
      () => [process.pid, currentProcess().name, parentProcess()?.pid, isMainProcess],
      [],
      { name: 'seamstress' },
    );
    assert.equal(thread.pid, process.pid);
    assert.deepEqual(await thread.result(), [process.pid, 'seamstress', process.pid, false]);
    await thread.join();
    assert.equal(thread.exitCode, 0);
  });

  it('takes part in the session: queues, events and pipes work as with any process', async () => {
    const [requests, answers] = [new Queue<number>(), new Queue<number>()];
    const over = new Event();
    const [ours, theirs] = Pipe<string>();
    const thread = await inThread(
      async (requests: Queue<number>, answers: Queue<number>, over: Event, end: Connection<string>) => {
        for (let i = 0; i < 3; i++) await answers.put(requests.getSync() * 2);
        await over.wait();
        await end.send('bye');
      },
      [requests, answers, over, theirs],
    );
    theirs.close();
    for (const number of [1, 2, 3]) await requests.put(number);
    assert.deepEqual([await answers.get(), await answers.get(), await answers.get()], [2, 4, 6]);
    over.set();
    assert.equal(await ours.recv(), 'bye');
    await assert.rejects(ours.recv(), { name: 'EOFError' });
    await thread.join();
  });

  it('has variables of the environment and of modules of its own', async () => {
    const thread = await inThread(
      () => {
        process.env['ONLY_THERE'] = 'yes';
        return [process.env['GIVEN'], process.env['HOME']];
      },
      [],
      { env: { GIVEN: 'here', ABSENT: undefined } },
    );
    assert.deepEqual(await thread.result(), ['here', undefined]);
    assert.equal(process.env['ONLY_THERE'], undefined);
    await thread.join();
  });
});

describe('Process.exitCode of a thread', () => {
  const cases: [name: string, target: () => unknown, exitCode: number][] = [
    ['0 when it returns', () => 'done', 0],
    ['the status of process.exit(), which ends the thread only, modulo 256', () => process.exit(300), 44],
    [
      '1 after an uncaught error in a callback',
      () => setTimeout(() => Promise.reject(new Error('later')), 1),
      1,
    ],
  ];
  for (const [name, target, exitCode] of cases) {
    it(`is ${name}`, async () => {
      const thread = await inThread(target, [], { stdio: 'ignore' });
      await thread.join();
      assert.equal(thread.exitCode, exitCode);
    });
  }

  it('is known to a parent that blocks', async () => {
    const thread = await inThread(() => process.exit(3), []);
    thread.joinSync();
    assert.equal(thread.exitCode, 3);
  });

  // In newer versions the engine may abort the whole process, also with a bare Worker.
  it('is -6 out of memory, as of a process', { skip: nodeMajor >= 24 }, async () => {
    const fill = () => {
      const all: unknown[] = [];
      for (;;) all.push(new Array(1000).fill(all.length));
    };
    const thread = await inThread(fill, [], {
      stdio: 'ignore',
      resourceLimits: { maxOldGenerationSizeMb: 40 },
    });
    await assert.rejects(thread.result(), ProcessCrashedError);
    await thread.join();
    assert.equal(thread.exitCode, -6);
  });
});

describe('ending a thread', () => {
  it('terminate() ends one that computes', async () => {
    const thread = await inThread(() => {
      for (;;);
    }, []);
    thread.terminate();
    await thread.join();
    assert.equal(thread.exitCode, -15);
    thread.terminate(); // after the end it does nothing
  });

  it('kill() ends one that sleeps in a blocking call, for a parent that blocks itself', async () => {
    const [asleep, queue] = [new Event(), new Queue<number>()];
    const thread = await inThread(
      (asleep: Event, queue: Queue<number>) => {
        asleep.set();
        queue.getSync();
      },
      [asleep, queue],
    );
    await asleep.wait();
    thread.kill();
    thread.joinSync();
    assert.equal(thread.exitCode, -9);
  });

  it('interrupt() ends one that waits', async () => {
    const thread = await inThread(forEver, []);
    thread.interrupt();
    await thread.join();
    assert.equal(thread.exitCode, -2);
  });

  it('stop() asks first', async () => {
    const thread = await inThread(
      () =>
        new Promise<void>((resolve) => {
          const alive = setInterval(() => {}, 1000);
          currentProcess().signal.addEventListener('abort', () => {
            clearInterval(alive);
            resolve();
          });
        }),
      [],
    );
    assert.equal(await thread.stop(), 'asked');
    assert.equal(thread.exitCode, 0);
  });

  it('gives back the lock of a killed one, to a thread that blocks for it and to another process', async () => {
    for (const wait of ['here', 'elsewhere']) {
      const [lock, has] = [new Lock(), new Event()];
      const holder = await inThread(
        async (lock: Lock, has: Event) => {
          await lock.acquire();
          has.set();
          await forEver();
        },
        [lock, has],
      );
      await has.wait();
      const abandoned = async (lock: Lock) => (await lock.hold()).abandoned;
      const waiter = wait === 'elsewhere' ? await start(abandoned, [lock]) : undefined;
      holder.kill();
      if (waiter) {
        assert.equal(await waiter.result(), true);
        await waiter.join();
      } else assert.equal(lock.acquireSync(), true);
      await holder.join();
    }
  });

  it('ends its threads, also where they block, and its processes, which are reaped', {
    skip: !onLinux,
  }, async () => {
    const [pids, never] = [new Queue<number>(), new Queue<number>()];
    const parent = await inThread(
      async (pids: Queue<number>, never: Queue<number>) => {
        const child = new Process({ target: forEver });
        const blocked = new Process({
          target: (pids: Queue<number>, never: Queue<number>) => {
            void pids.put(0);
            never.getSync();
          },
          args: [pids, never],
          context: 'thread',
        });
        await child.start();
        await blocked.start();
        await pids.put(child.pid as number);
        await forEver();
      },
      [pids, never],
    );
    const [first, second] = [await pids.get(), await pids.get()];
    const pid = Math.max(first, second);
    parent.kill();
    await parent.join();
    await eventually(() => identityOf(pid) === undefined && !childrenOf(process.pid).includes(pid));
    await never.put(1); // nobody is left who would take it
    assert.equal(await never.get(), 1);
  });

  it('leaves no slot, no mapping, no descriptor and no thread behind', { skip: !onLinux }, async () => {
    const { directory, table } = Session.current();
    const count = () => ({
      slots: [...table.agents()].length,
      mappings: readFileSync('/proc/self/maps', 'latin1').split(directory).length,
      descriptors: readdirSync('/proc/self/fd').length,
      files: readdirSync(directory).length,
    });
    const round = async () => {
      const queue = new Queue<number>();
      const blocks = (queue: Queue<number>) => void queue.getSync();
      const speaks = () => console.log('words');
      const threads = [
        await inThread(blocks, [queue]),
        await inThread(speaks, [], { stdio: 'pipe' }),
        await inThread(forEver, []),
      ];
      await textOf(threads[1]?.stdout ?? null);
      threads[0]?.kill();
      threads[2]?.terminate();
      await Promise.all(threads.map((thread) => thread.join()));
    };
    await round();
    const before = count();
    await round();
    await round();
    await eventually(() => count().descriptors <= before.descriptors);
    assert.deepEqual({ ...count(), descriptors: 0 }, { ...before, descriptors: 0 });
  });
});

describe('output of a thread', () => {
  it('is read through pipes, and ends with the thread', async () => {
    const thread = await inThread(
      () => {
        console.log('a line');
        console.error('a complaint');
      },
      [],
      { stdio: 'pipe' },
    );
    assert.equal(await textOf(thread.stdout), 'a line\n');
    assert.equal(await textOf(thread.stderr), 'a complaint\n');
    await thread.join();
  });

  it('has an uncaught error with its stack, under the name of the process', async () => {
    const fails = () => void setTimeout(() => JSON.parse('{'), 1);
    const thread = await inThread(fails, [], { name: 'unlucky', stdio: 'pipe' });
    assert.match(await textOf(thread.stderr), /^Process unlucky:\nSyntaxError: .*\n {4}at JSON\.parse/);
    await thread.join();
    assert.equal(thread.exitCode, 1);
  });

  it('does not keep a thread from being ended while nobody reads it', async () => {
    const writes = () => {
      for (;;) console.log('x'.repeat(1000));
    };
    const thread = await inThread(writes, [], { stdio: ['ignore', 'pipe', 'ignore'] });
    thread.terminate();
    thread.joinSync();
    assert.equal(thread.exitCode, -15);
    (thread.stdout as NodeJS.ReadableStream & { destroy(): void }).destroy();
  });

  it('is whole where the program ends by process.exit() and joins the thread', async () => {
    const { code, stdout, stderr } = await runProgram('thread-at-exit.ts');
    assert.equal(stderr, '');
    assert.equal(stdout, `${Array.from({ length: 200 }, (_, i) => `line ${i}`).join('\n')}\n`);
    assert.equal(code, 5);
  });
});

describe('what a thread can not be given', () => {
  const refused: [options: Partial<ProcessOptions>, why: RegExp][] = [
    [{ cwd: '/' }, /TypeError: cwd: a thread works in the folder of its process .*'spawn'/],
    [{ detached: true }, /TypeError: detached: a thread ends with its process .*'spawn'/],
    [
      { stdio: ['inherit', 'inherit', 'inherit'] },
      /TypeError: stdio: a thread can not read the program's input/,
    ],
    [
      { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
      /TypeError: stdio: a thread has the descriptors of its process/,
    ],
    [{ execArgv: ['--max-old-space-size=50'] }, /TypeError: execArgv: .*--max-old-space-size/],
  ];
  for (const [options, why] of refused) {
    it(`${Object.keys(options)[0]} ${JSON.stringify(Object.values(options)[0])} is refused at the start`, async () => {
      const { table } = Session.current();
      const before = [...table.agents()].length;
      const thread = new Process({ target: forEver, context, ...options });
      await assert.rejects(thread.start(), (error: Error) => why.test(String(error)));
      assert.equal([...table.agents()].length, before);
    });
  }
});
