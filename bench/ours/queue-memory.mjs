// KiB of shared memory that an idle queue takes, and what 1,000 queues and many items cost.  node queue-memory.mjs ITEMS

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Process, Queue } from '../../dist/index.js';
import { print } from '../support/figures.mjs';

const QUEUES = 1000;
const AHEAD = 20_000;
const BATCH = 500;
const items = Number(process.argv[2]);

const directory = () => {
  const parent = process.env.MANYHANDS_SHM_DIR ?? '/dev/shm';
  return join(
    parent,
    readdirSync(parent).find((name) => name.startsWith(`manyhands-${process.pid}-`)),
  );
};
/** Bytes that the system has given to the session. */
const taken = () =>
  readdirSync(directory()).reduce((sum, name) => sum + statSync(join(directory(), name)).blocks * 512, 0);
const descriptors = () => readdirSync('/proc/self/fd').length;

async function produce(queue, count) {
  for (let n = 0; n < count; n += BATCH) {
    while (queue.qsize() > AHEAD) await new Promise((resolve) => setTimeout(resolve, 1));
    await queue.putMany(Array.from({ length: BATCH }, (_, i) => n + i));
  }
}

const queue = new Queue();
const before = { bytes: taken(), descriptors: descriptors() };
const queues = Array.from({ length: QUEUES }, () => new Queue());
const idle = (taken() - before.bytes) / QUEUES / 1024;
const opened = descriptors() - before.descriptors;
for (const each of queues) each.close();

const producer = new Process({ target: produce, args: [queue, items] });
await producer.start();
let highest = 0;
let settled = 0;
for (let got = 0; got < items; ) {
  got += (await queue.getMany(BATCH)).length;
  if (got % 100_000 < BATCH) {
    highest = Math.max(highest, taken());
    if (got <= items / 10) settled = highest;
  }
}
await producer.join();
print({ value: idle, 'descriptors of 1,000 queues': opened, 'growth, MiB': (highest - settled) / 1024 ** 2 });
