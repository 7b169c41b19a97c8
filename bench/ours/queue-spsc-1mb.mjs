// Gigabytes a second from one process to another, in buffers of 1 MiB.  node queue-spsc-1mb.mjs BUFFERS

import { Event, Process, Queue } from '../../dist/index.js';
import { nowNs, perSecondSince, print } from '../support/figures.mjs';

const SIZE = 1 << 20;
const AHEAD = 8;
const buffers = Number(process.argv[2]);
const warmUp = buffers / 5;

async function produce(queue, go, counts) {
  const buffer = Buffer.alloc(counts.size, 7);
  for (let i = 0; i < counts.warmUp; i++) await queue.put(buffer);
  await go.wait();
  for (let i = 0; i < counts.measured; i++) await queue.put(buffer);
}

async function consume(count) {
  for (let i = 0; i < count; i++) {
    const buffer = await queue.get();
    if (buffer.length !== SIZE || buffer[0] !== 7 || buffer[SIZE - 1] !== 7)
      throw new Error('another buffer came');
  }
}

const queue = new Queue(AHEAD);
const go = new Event();
const producer = new Process({
  target: produce,
  args: [queue, go, { warmUp, measured: buffers, size: SIZE }],
});
await producer.start();
await consume(warmUp);
const start = nowNs();
go.set();
await consume(buffers);
print({ value: perSecondSince(start, buffers * SIZE) / 1e9 });
await producer.join();
