// Small objects a second from one process to another, one by one.  node queue-spsc-small.mjs ITEMS

import { Event, Process, Queue } from '../../dist/index.js';
import { nowNs, perSecondSince, print } from '../support/figures.mjs';

const items = Number(process.argv[2]);
const warmUp = items / 5;

async function produce(queue, go, counts) {
  const putMany = async (count) => {
    for (let i = 0; i < count; i++) await queue.put({ id: i, name: 'item', ok: true });
  };
  await putMany(counts.warmUp);
  await go.wait();
  await putMany(counts.measured);
}

async function consume(count) {
  for (let i = 0; i < count; i++) {
    const { id } = await queue.get();
    if (id !== i) throw new Error(`item ${id} came in place of ${i}`);
  }
}

const queue = new Queue();
const go = new Event();
const producer = new Process({ target: produce, args: [queue, go, { warmUp, measured: items }] });
await producer.start();
await consume(warmUp);
const start = nowNs();
go.set();
await consume(items);
print({ value: perSecondSince(start, items) });
await producer.join();
