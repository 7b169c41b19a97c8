// Milliseconds from handing a large SharedArray over to having it in the other process, the slower way.  node shared-array-hand-over.mjs PROCESSES
// To processes one after the other, none of which has seen it before: by a queue, and by a pipe.

import { freemem } from 'node:os';
import { Pipe, Process, Queue, SharedArray } from '../../dist/index.js';
import { nowNs, print } from '../support/figures.mjs';

const GIB = 1024 ** 3;
const processes = Number(process.argv[2]);
const size = freemem() > 2 * GIB ? GIB : GIB / 4;

function receive(way, there) {
  there.sendSync('ready');
  way.getSync?.(); // the code that waits and decodes is warm when the array comes
  there.recvSync();
  const array = way.getSync ? way.getSync() : there.recvSync();
  const arrived = nowNs(); // before it is read: a page is mapped when it is touched first
  if (array.get(0) + array.get(array.length - 1) !== 3) throw new Error('another array has arrived');
  return arrived;
}

const array = new SharedArray('B', size);
array.set(0, 1);
array.set(array.length - 1, 2);

async function handOver(queue) {
  const [here, there] = Pipe();
  const receiver = new Process({ target: receive, args: [queue ?? {}, there] });
  await receiver.start();
  here.recvSync();
  queue?.putSync(0);
  here.sendSync(0);
  await new Promise((resolve) => setTimeout(resolve, 20)); // it waits by now
  const sent = nowNs();
  if (queue) queue.putSync(array);
  else here.sendSync(array);
  const arrived = await receiver.result();
  await receiver.join();
  return (arrived - sent) / 1e6;
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const took = { queue: [], pipe: [] };
for (let n = 0; n < processes; n++) {
  took.queue.push(await handOver(new Queue()));
  took.pipe.push(await handOver(undefined));
}
const [queue, pipe] = [median(took.queue), median(took.pipe)];
print({ value: Math.max(queue, pipe), queue, pipe, MiB: size / 1024 ** 2 });
