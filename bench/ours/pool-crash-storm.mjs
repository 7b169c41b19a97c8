// Tasks a second when one in a hundred kills its worker.  node pool-crash-storm.mjs TASKS

import { Pool, WorkerCrashedError } from '../../dist/index.js';
import { nowNs, perSecondSince, print } from '../support/figures.mjs';

const tasks = Number(process.argv[2]);

function work(x) {
  if (x % 100 === 99) process.kill(process.pid, 'SIGKILL');
  return x + 1;
}

const pool = new Pool(2);
await pool.ready();
const start = nowNs();
const outcomes = await pool.mapSettled(
  work,
  Array.from({ length: tasks }, (_, i) => i),
);
print({ value: perSecondSince(start, tasks) });
pool.close();
await pool.join();

for (const [i, { status, value, reason }] of outcomes.entries()) {
  const isRight =
    i % 100 === 99 ? reason instanceof WorkerCrashedError : status === 'fulfilled' && value === i + 1;
  if (!isRight) throw new Error(`task ${i} ended as ${status}: ${value ?? reason}`);
}
