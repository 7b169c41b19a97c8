// How much longer work takes when each worker is replaced after 25 items.  node pool-recycle.mjs ITEM_MS KIND
// KIND: 'wait' (items that wait, as for a network) or 'compute'

import { Pool } from '../../dist/index.js';
import { nowNs, print } from '../support/figures.mjs';

const itemMs = Number(process.argv[2]);
const kind = process.argv[3];
const WORKERS = 2;
const SHARE = 25;
const ITEMS = 200;

function compute(ms) {
  const end = performance.now() + ms;
  let x = 0;
  while (performance.now() < end) x++;
  return x;
}

function wait(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return ms;
}

async function measure(options) {
  const pool = new Pool(WORKERS, options);
  await pool.ready();
  const start = nowNs();
  await pool.map(kind === 'wait' ? wait : compute, new Array(ITEMS).fill(itemMs));
  const ms = (nowNs() - start) / 1e6;
  await pool.terminate();
  return ms;
}

await measure({});
const plainMs = await measure({});
const recycledMs = await measure({ maxTasksPerChild: SHARE });
print({ value: (1 - plainMs / recycledMs) * 100 });
