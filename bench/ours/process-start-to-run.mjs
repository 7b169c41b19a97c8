// Milliseconds from the call that starts a process to the first line of its function, median; for prefork with a process in
// stock, as it is between two starts in most programs.  node process-start-to-run.mjs METHOD TIMES

import { setTimeout as pause } from 'node:timers/promises';
import { getContext } from '../../dist/index.js';
import { median, nowNs, print } from '../support/figures.mjs';

const [method] = process.argv.slice(2);
const times = Number(process.argv[3]);
const context = getContext(method);

async function inStock() {
  while (method === 'prefork' && !context.spares().some(({ ready }) => ready)) await pause(1);
}

async function startToRun() {
  const start = nowNs();
  const child = new context.Process({ target: () => Number(process.hrtime.bigint()) });
  await child.start();
  const begun = await child.result();
  await child.join();
  return (begun - start) / 1e6;
}

const all = [];
await startToRun(); // the first one has the stock made
for (let i = -3; i < times; i++) {
  await inStock();
  await pause(20); // what has just booted has come to rest
  const ms = await startToRun();
  if (i >= 0) all.push(ms);
}
print({ value: median(all) });
