// A start by prefork, killed at each of its steps: the process of the stock, and the parent.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { getContext, Lock, Process, ProcessCrashedError, Queue } from '../../src/index.js';
import { gone } from '../process/program.js';
import { scratchFolder } from '../support/scratch.js';
import { eventually } from '../support/start.js';
import { killedAt } from './killed-at.js';

const context = getContext('prefork');
const folder = scratchFolder();
const dies = fileURLToPath(new URL('../fixtures/process/preload-dies.ts', import.meta.url));

const spare = () => context.spares().find(({ ready }) => ready)?.pid;

/** A stock whose oldest process dies at the given point. */
async function stockThatDiesAt(point: string): Promise<void> {
  context.setPreload([]);
  await startAndJoin(); // the stock is in use
  process.env['MANYHANDS_TEST_DIES'] = point;
  process.env['MANYHANDS_TEST_DIED'] = path.join(folder, point);
  const before = context.spares().map(({ pid }) => pid);
  context.setPreload([dies]);
  await eventually(() => !context.spares().some(({ pid }) => before.includes(pid)));
  await eventually(() => spare() !== undefined);
}

async function startAndJoin(): Promise<number | undefined> {
  const lock = new Lock();
  const child = new context.Process({ target: (lock: Lock) => lock.tryAcquire(), args: [lock] });
  await child.start();
  assert.equal(await child.result(), true);
  await child.join();
  assert.equal(child.exitCode, 0);
  assert.equal(lock.locked(), false);
  return child.pid;
}

test('a process of the stock killed as it begins to wait: the next start has another one', async () => {
  await stockThatDiesAt('start.waiting');
  for (let i = 0; i < 3; i++) await startAndJoin();
});

test('a process of the stock killed while it is handed out: the same start goes on with another one', async () => {
  await stockThatDiesAt('start.woken');
  const dying = spare() as number;
  const pid = await startAndJoin();
  assert.notEqual(pid, dying);
  await gone(dying);
});

test('a process of the stock killed when it has taken what it is to run: the start rejects, as that of any process', async () => {
  await stockThatDiesAt('start.taken');
  const dying = spare() as number;
  const child = new context.Process({ target: () => 'never' });
  await assert.rejects(child.start(), ProcessCrashedError);
  assert.equal(child.pid, dying);
  await child.join();
  assert.equal(child.exitCode, -9);
  await startAndJoin();
});

for (const point of ['start.stored', 'start.laid-down'] as const) {
  test(`a parent killed at ${point}: its stock and what it was starting end with it, and what they were given comes back`, async () => {
    context.setPreload([]);
    const pids = new Queue<number>();
    const lock = new Lock();
    await killedAt(point, startTwice, [pids, lock], 2);
    while (!pids.empty()) await gone(await pids.get());
    using guard = await lock.hold();
    assert.equal(typeof guard.abandoned, 'boolean');
  });
}

/** The second start passes the point with a process of the stock. */
async function startTwice(pids: Queue<number>, lock: Lock): Promise<void> {
  const context = getContext('prefork');
  const first = new context.Process({ target: () => {} });
  await first.start();
  await first.join();
  while (!context.spares().some(({ ready }) => ready)) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const { pid } of context.spares()) await pids.put(pid);
  const second = new Process({ target: (lock: Lock) => lock.acquireSync(), args: [lock], context });
  await second.start();
}
