// Small objects a second from one process to another, in batches.  node queue-spsc-small-many.mjs ITEMS BATCH

import { Event, Process, Queue } from '../../dist/index.js';
import { nowNs, perSecondSince, print } from '../support/figures.mjs';

const [items, batch] = process.argv.slice(2).map(Number);
const warmUp = items / 5;

async function produce(queue, go, counts) {
  const putBatches = async (count) => {
    for (let first = 0; first < count; first += counts.batch) {
      const many = Array.from({ length: counts.batch }, (_, i) => ({
        id: first + i,
        name: 'item',
        ok: true,
      }));
      await queue.putMany(many);
    }
  };
  await putBatches(counts.warmUp);
  await go.wait();
  await putBatches(counts.measured);
}

async function consume(count) {
  for (let taken = 0; taken < count; ) {
    for (const { id } of await queue.getMany(batch)) {
      if (id !== taken++) throw new Error(`item ${id} came in place of ${taken - 1}`);
    }
  }
}

const queue = new Queue();
const go = new Event();
const producer = new Process({ target: produce, args: [queue, go, { warmUp, measured: items, batch }] });
await producer.start();
await consume(warmUp);
const start = nowNs();
go.set();
await consume(items);
print({ value: perSecondSince(start, items) });
await producer.join();
