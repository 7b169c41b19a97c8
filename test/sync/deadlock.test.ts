import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Deadlock, Event, findDeadlocks, Lock, Process, RLock } from '../../src/index.js';
import { scratchFolder } from '../support/scratch.js';
import { eventually, start } from '../support/start.js';

type AnyLock = Lock | RLock;

const detectorOn = { ...process.env, MANYHANDS_DEADLOCK_MS: '50' };

/** Holds one lock, and when it is told to, wants the other. */
function holdAndWant(has: AnyLock, wants: AnyLock, holds: Event, go: Event, how: 'sync' | 'async'): unknown {
  has.acquireSync();
  holds.set();
  go.waitSync();
  return how === 'sync' ? wants.acquireSync() : wants.acquire();
}

interface Ring {
  readonly processes: readonly { readonly pid: number | undefined; kill(): void; join(): Promise<void> }[];
  readonly stderr: () => string;
  end(): Promise<void>;
}

/** Process n holds lock n and waits for lock n + 1, the last one for the first. */
async function ring(
  locks: readonly AnyLock[],
  how: 'sync' | 'async' = 'sync',
  env = detectorOn,
): Promise<Ring> {
  const folder = scratchFolder();
  const output = openSync(join(folder, 'stderr'), 'a');
  const go = new Event();
  const processes = await Promise.all(
    locks.map(async (lock, n) => {
      const holds = new Event();
      const child = new Process({
        name: `ring-${n}`,
        target: holdAndWant,
        args: [lock, locks[(n + 1) % locks.length], holds, go, how],
        stdio: ['ignore', 'ignore', output],
        env,
      });
      await child.start();
      await holds.wait();
      return child;
    }),
  );
  go.set();
  return {
    processes,
    stderr: () => readFileSync(join(folder, 'stderr'), 'utf8'),
    end: async () => {
      for (const child of processes) child.kill();
      await Promise.all(processes.map((child) => child.join()));
      closeSync(output);
    },
  };
}

async function deadlock(): Promise<Deadlock> {
  await eventually(() => findDeadlocks().length > 0);
  const found = findDeadlocks();
  assert.equal(found.length, 1);
  return found[0];
}

test('findDeadlocks() finds two processes that wait for each other, with names and the stacks where they acquired', async () => {
  const locks = [new Lock(), new RLock()];
  assert.deepEqual(findDeadlocks(), []);
  const { processes, stderr, end } = await ring(locks);
  const { certain, processes: found } = await deadlock();
  assert.equal(certain, true);
  assert.deepEqual(new Set(found.map(({ pid }) => pid)), new Set(processes.map(({ pid }) => pid)));
  for (const [n, one] of found.entries()) {
    assert.match(one.name ?? '', /^ring-[01]$/);
    assert.match(one.acquiredAt ?? '', /at .*deadlock\.test\.ts/);
    assert.equal(one.blocking, true);
    assert.equal(one.waitsFor, found[(n + 1) % 2].holds);
  }
  assert.deepEqual(found.map(({ holds }) => holds.split(' ')[0]).sort(), ['Lock', 'RLock']);

  await eventually(() => stderr().includes('[MANYHANDS_DEADLOCK]'));
  const text = stderr();
  for (const { pid } of processes) assert.ok(text.includes(`(pid ${pid})`), text);
  assert.match(text, /Warning: deadlock: each of these processes waits/);
  assert.match(text, /holdAndWant .*deadlock\.test\.ts/);
  await end();
  assert.deepEqual(findDeadlocks(), [], 'the death of the processes ends it');
});

test('findDeadlocks() finds three in a ring; without MANYHANDS_DEADLOCK_MS it has no names and no stacks', async () => {
  const { processes, stderr, end } = await ring([new Lock(), new Lock(), new Lock()], 'sync', {
    ...process.env,
    MANYHANDS_DEADLOCK_MS: undefined,
  } as never);
  const { certain, processes: found } = await deadlock();
  assert.equal(certain, true);
  assert.equal(found.length, 3);
  assert.deepEqual(new Set(found.map(({ pid }) => pid)), new Set(processes.map(({ pid }) => pid)));
  for (const { name, acquiredAt } of found) assert.deepEqual([name, acquiredAt], [undefined, undefined]);
  assert.equal(stderr(), '', 'nothing is told unless it is asked for');
  await end();
});

test('findDeadlocks() of async waits is not certain, and told as probable', async () => {
  const { stderr, end } = await ring([new Lock(), new Lock()], 'async');
  const { certain } = await deadlock();
  assert.equal(certain, false);
  await eventually(() => stderr().includes('[MANYHANDS_DEADLOCK] Warning: probable deadlock'));
  await end();
});

test('findDeadlocks() raises no alarm for a slow holder, nor for async calls of one process', async () => {
  const lock = new Lock();
  await lock.acquire();
  const folder = scratchFolder();
  const output = openSync(join(folder, 'stderr'), 'a');
  const waiting = await start((lock: Lock) => lock.acquireSync(), [lock], {
    stdio: ['ignore', 'ignore', output],
    env: detectorOn,
  });
  const here = [lock.acquire(), lock.acquire()];
  await eventually(() => lock.snapshot().waiters === 3);
  assert.deepEqual(findDeadlocks(), []);
  await new Promise((resolve) => setTimeout(resolve, 150)); // several looks of the one that waits
  for (let n = 0; n < 3; n++) {
    lock.release();
    await eventually(() => lock.locked() || lock.snapshot().waiters === 0);
  }
  await Promise.all([...here, waiting.join()]);
  assert.equal(readFileSync(join(folder, 'stderr'), 'utf8'), '');
  closeSync(output);
});

test('findDeadlocks() finds a process that blocks on a Lock it holds itself', async () => {
  const lock = new Lock();
  const holds = new Event();
  const go = new Event();
  const child = await start(holdAndWant, [lock, lock, holds, go, 'sync'], {
    env: detectorOn,
    stdio: 'ignore',
  });
  go.set();
  const { certain, processes } = await deadlock();
  assert.deepEqual([certain, processes.length, processes[0].pid], [true, 1, child.pid]);
  lock.release(); // any process may
  await child.join();
  assert.equal(child.exitCode, 0);
});
