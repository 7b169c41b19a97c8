// Milliseconds of one start and join of a process that does nothing.  node process-start-join.mjs TIMES

import { Process } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const times = Number(process.argv[2]);

function nothing() {}

async function startAndJoin(count) {
  for (let i = 0; i < count; i++) {
    const child = new Process({ target: nothing });
    await child.start();
    await child.join();
    if (child.exitCode !== 0) throw new Error(`it ended with exit code ${child.exitCode}`);
  }
}

await startAndJoin(2);
const start = nowNs();
await startAndJoin(times);
print({ value: microsecondsSince(start, times) / 1000 });
