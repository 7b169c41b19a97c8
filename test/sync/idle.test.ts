// Who waits uses no processor time at all: the kernel counts how often each thread was switched to and from.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Lock } from '../../src/index.js';
import { eventually, start } from '../support/start.js';

const WATCH_MS = 2000;
const SETTLE_MS = 300; // engine threads finish what the start had given them

for (const how of ['acquireSync', 'acquire'] as const) {
  test(`Lock.${how}() that waits makes no system call in ${WATCH_MS / 1000} s: no context switch of any thread`, async (t) => {
    if (process.platform !== 'linux') return t.skip('reads /proc');
    const lock = new Lock();
    lock.acquireSync();
    const child = await start(
      async (lock: Lock, how: 'acquire' | 'acquireSync') => void (await lock[how]()),
      [lock, how],
    );
    await eventually(() => lock.snapshot().waiters === 1);
    await quiet(child.pid as number);
    const before = switchesOf(child.pid as number);
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    assert.deepEqual(switchesOf(child.pid as number), before);
    lock.release();
    await child.join();
    assert.equal(child.exitCode, 0);
  });
}

/** Resolves when no thread of the process has run for a moment. */
async function quiet(pid: number): Promise<void> {
  for (let before = '', now = JSON.stringify(switchesOf(pid)); before !== now; ) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    before = now;
    now = JSON.stringify(switchesOf(pid));
  }
}

/** Voluntary and involuntary context switches of each thread. */
function switchesOf(pid: number): Record<string, string[]> {
  const threads = readdirSync(`/proc/${pid}/task`);
  return Object.fromEntries(
    threads.map((thread) => {
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
      return [thread, status.match(/ctxt_switches:\s+\d+/g) ?? []];
    }),
  );
}
