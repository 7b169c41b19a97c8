// Context switches of processes that wait for a lock, one blocking, one awaiting.  node lock-parked.mjs MILLISECONDS

import { readdirSync, readFileSync } from 'node:fs';
import { Lock, Process } from '../../dist/index.js';
import { print } from '../support/figures.mjs';

const watchMs = Number(process.argv[2]);
const settleMs = 500; // engine threads finish what the start had given them

function switchesOf(pid) {
  const counts = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8').match(/(?<=ctxt_switches:\s+)\d+/g),
  );
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const lock = new Lock();
lock.acquireSync();
const waiting = [
  new Process({ target: (lock) => lock.acquireSync(), args: [lock], daemon: true }),
  new Process({ target: (lock) => lock.acquire(), args: [lock], daemon: true }),
];
await Promise.all(waiting.map((worker) => worker.start()));
while (lock.snapshot().waiters < waiting.length) await sleep(1);
await sleep(settleMs);
const before = waiting.map(({ pid }) => switchesOf(pid));
await sleep(watchMs);
const [blocking, awaiting] = waiting.map(({ pid }, n) => switchesOf(pid) - before[n]);
for (const worker of waiting) worker.kill();
print({ value: blocking + awaiting, blocking, awaiting });
