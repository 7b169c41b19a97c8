// How near uneven work on two workers comes to the best possible.  node pool-uneven.mjs KIND
//
//   first   one item of 2 s and 200 of 20 ms, the long one first: 3 s at best
//   batch   2,000 quick items, then one of 1 s and 50 of 20 ms, which the first batches hold together: 1 s and a little at best

import { Pool } from '../../dist/index.js';
import { nowNs, print } from '../support/figures.mjs';

const kind = process.argv[2];
const WORKERS = 2;

/** Takes so long without the processor: what is measured is who waits for whom, on a busy machine too. */
function take(ms) {
  if (ms >= 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return ms;
}

const quick = Array.from({ length: 2000 }, () => 0);
const short = (count) => Array.from({ length: count }, () => 20);
const items = kind === 'first' ? [2000, ...short(200)] : [...quick, 1000, ...short(50), ...quick];
const totalMs = items.reduce((sum, ms) => sum + ms, 0);
const bestMs = Math.max(totalMs / WORKERS, ...items);

const pool = new Pool(WORKERS);
await pool.ready();
if (kind === 'batch') await pool.map(take, quick);
else await pool.apply(take, [0]);
const start = nowNs();
await pool.map(take, items);
print({ value: (nowNs() - start) / 1e6 / bestMs });
await pool.terminate();
