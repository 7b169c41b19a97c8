// Milliseconds from the start of a thread to where it runs, at the median.  node process-thread-start.mjs TIMES

import { Process } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const times = Number(process.argv[2]);

function nothing() {}

async function startOne() {
  const thread = new Process({ target: nothing, context: 'thread' });
  const start = nowNs();
  await thread.start();
  const ms = microsecondsSince(start, 1) / 1000;
  await thread.join();
  if (thread.exitCode !== 0) throw new Error(`it ended with exit code ${thread.exitCode}`);
  return ms;
}

await startOne();
await startOne();
const all = [];
for (let i = 0; i < times; i++) all.push(await startOne());
print({ value: all.sort((a, b) => a - b)[times >> 1] });
