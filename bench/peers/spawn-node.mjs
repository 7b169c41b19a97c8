// Milliseconds of one `node -e 0`, from spawn to exit.  node spawn-node.mjs TIMES

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const times = Number(process.argv[2]);

async function startAndWait(count) {
  for (let i = 0; i < count; i++) {
    const child = spawn(process.execPath, ['-e', '0'], { stdio: ['ignore', 'inherit', 'inherit'] });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`it ended with exit code ${code}`);
  }
}

await startAndWait(2);
const start = nowNs();
await startAndWait(times);
print({ value: microsecondsSince(start, times) / 1000 });
