// Milliseconds of one child_process.fork of a module that does nothing, to its exit.  node fork-start-end.mjs TIMES

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const times = Number(process.argv[2]);
const nothing = fileURLToPath(new URL('nothing.mjs', import.meta.url));

async function startAndWait(count) {
  for (let i = 0; i < count; i++) {
    const child = fork(nothing);
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`it ended with exit code ${code}`);
  }
}

await startAndWait(2);
const start = nowNs();
await startAndWait(times);
print({ value: microsecondsSince(start, times) / 1000 });
