// Measures a pool that is not ours.  node run.mjs PEER WORK [ARGUMENT…]

import { print } from '../support/figures.mjs';
import { work } from '../support/pool-work.mjs';

const SKIPPED = 77;
const [peer, what, ...args] = process.argv.slice(2);
const WORKERS = 2;

async function open() {
  const { adapters } = await import('./adapters.mjs');
  try {
    return await adapters[peer](WORKERS);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error(`${peer.split('-')[0]} is not installed`);
    process.exit(SKIPPED);
  }
}

const pool = await open();
print({ value: await work[what](pool.run, ...args.map(Number)) });
await pool.end();
process.exit();
