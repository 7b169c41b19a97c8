// Milliseconds of one start and join of processes that do nothing, so many at once.  node process-start-join.mjs TIMES [AT_ONCE]

import { Process } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const times = Number(process.argv[2]);
const atOnce = Number(process.argv[3] ?? 1);

function nothing() {}

async function startAndJoin() {
  const child = new Process({ target: nothing });
  await child.start();
  await child.join();
  if (child.exitCode !== 0) throw new Error(`it ended with exit code ${child.exitCode}`);
}

async function startAndJoinAll(count) {
  for (let i = 0; i < count; i++) await Promise.all(Array.from({ length: atOnce }, startAndJoin));
}

await startAndJoin();
await startAndJoin();
const start = nowNs();
await startAndJoinAll(times);
print({ value: microsecondsSince(start, times) / 1000 });
