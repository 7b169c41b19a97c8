// Milliseconds from `new Worker` to its answer to a message, at the median.  node worker-round-trip.mjs TIMES

import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

async function startOne() {
  const start = nowNs();
  const worker = new Worker(new URL(import.meta.url));
  const ended = once(worker, 'exit'); // it may end in the same moment as it answers
  worker.postMessage('hello');
  await once(worker, 'message');
  const ms = microsecondsSince(start, 1) / 1000;
  await ended;
  return ms;
}

if (isMainThread) {
  const times = Number(process.argv[2]);
  await startOne();
  await startOne();
  const all = [];
  for (let i = 0; i < times; i++) all.push(await startOne());
  print({ value: all.sort((a, b) => a - b)[times >> 1] });
} else {
  parentPort.once('message', (message) => parentPort.postMessage(message));
}
