// Pool.apply with the work that pools are compared by.  node pool-calls.mjs WORK [ARGUMENT…]

import { Pool } from '../../dist/index.js';
import { compress, echo, next } from '../pool-peers/tasks.mjs';
import { print } from '../support/figures.mjs';
import { work } from '../support/pool-work.mjs';

const tasks = { next, echo, compress };
const [what, ...args] = process.argv.slice(2);
const pool = new Pool(2);
await pool.ready();
print({
  value: await work[what]((name, argument) => pool.apply(tasks[name], [argument]), ...args.map(Number)),
});
pool.close();
await pool.join();
