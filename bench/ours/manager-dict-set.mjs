// Microseconds of one `set` on a manager's dictionary.  node manager-dict-set.mjs CALLS

import { Manager } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const calls = Number(process.argv[2]);

const manager = await Manager();
const dict = await manager.dict();

async function setMany(count) {
  for (let i = 0; i < count; i++) await dict.set(i % 1000, i);
}

await setMany(calls / 5);
const start = nowNs();
await setMany(calls);
print({ value: microsecondsSince(start, calls) });
await manager.shutdown();
