// Items a second of Pool.map, two workers.  node pool-map.mjs ITEMS CHUNK ('auto' or a number)

import { Pool } from '../../dist/index.js';
import { nowNs, perSecondSince, print } from '../support/figures.mjs';

const items = Number(process.argv[2]);
const chunkSize = process.argv[3] === 'auto' ? 'auto' : Number(process.argv[3]);
const WORKERS = 2;

function next(x) {
  return x + 1;
}

const numbers = Array.from({ length: items }, (_, i) => i);
const pool = new Pool(WORKERS);
await pool.ready();
await pool.map(next, numbers.slice(0, items / 5), { chunkSize }); // warm-up
const start = nowNs();
const results = await pool.map(next, numbers, { chunkSize });
print({ value: perSecondSince(start, items) });
if (results.length !== items || results[items - 1] !== items) throw new Error('wrong results');
pool.close();
await pool.join();
