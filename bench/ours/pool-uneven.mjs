// How near uneven work on two workers comes to the best possible.  node pool-uneven.mjs KIND
//
//   first   one item of 2 s and 200 of 20 ms, the long one first: 3 s at best
//   batch   2,000 quick items, then one of 1 s and 50 of 20 ms, which the first batches hold together: 1 s and a little at best

import { Pool } from '../../dist/index.js';
import { nowNs, print } from '../support/figures.mjs';

const kind = process.argv[2];
const WORKERS = 2;

/** Takes so long without the processor, or longer on a busy machine. What is best follows from how long it really was. */
function take(ms) {
  const start = performance.now();
  if (ms >= 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return performance.now() - start;
}

const quick = Array.from({ length: 2000 }, () => 0);
const short = (count) => Array.from({ length: count }, () => 20);
const items = kind === 'first' ? [2000, ...short(200)] : [...quick, 1000, ...short(50), ...quick];

const pool = new Pool(WORKERS);
await pool.ready();
if (kind === 'batch') await pool.map(take, quick);
else await pool.apply(take, [0]);
const start = nowNs();
const took = await pool.map(take, items);
const ms = (nowNs() - start) / 1e6;
const bestMs = Math.max(took.reduce((sum, one) => sum + one, 0) / WORKERS, ...took);
print({ value: ms / bestMs });
await pool.terminate();
