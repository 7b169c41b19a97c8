// Milliseconds of `node -e 0`, from spawn to exit, so many at once.  node spawn-node.mjs TIMES [AT_ONCE]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const times = Number(process.argv[2]);
const atOnce = Number(process.argv[3] ?? 1);

async function startAndWait() {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`it ended with exit code ${code}`);
}

async function startAndWaitAll(count) {
  for (let i = 0; i < count; i++) await Promise.all(Array.from({ length: atOnce }, startAndWait));
}

await startAndWait();
await startAndWait();
const start = nowNs();
await startAndWaitAll(times);
print({ value: microsecondsSince(start, times) / 1000 });
