// Small objects a second from N processes to N others.  node queue-mpmc.mjs N ITEMS

import { Barrier, Process, Queue } from '../../dist/index.js';
import { nowNs, print } from '../support/figures.mjs';

const [each, items] = process.argv.slice(2).map(Number);

async function produce(queue, barrier, counts) {
  const putMany = async (count) => {
    for (let i = 0; i < count; i++) await queue.put({ id: i, name: 'item', ok: true });
  };
  await putMany(counts.warmUp);
  await barrier.wait();
  const start = nowNs();
  await putMany(counts.measured);
  return { start, end: nowNs() };
}

async function consume(queue, barrier, counts) {
  const getMany = async (count) => {
    for (let i = 0; i < count; i++) await queue.get();
  };
  await getMany(counts.warmUp);
  await barrier.wait();
  const start = nowNs();
  await getMany(counts.measured);
  return { start, end: nowNs() };
}

const counts = { warmUp: items / each / 5, measured: items / each };
const args = [new Queue(), new Barrier(2 * each), counts];
const workers = [produce, consume].flatMap((target) =>
  Array.from({ length: each }, () => new Process({ target, args })),
);
await Promise.all(workers.map((worker) => worker.start()));
const spans = await Promise.all(workers.map((worker) => worker.result()));
const elapsedNs = Math.max(...spans.map(({ end }) => end)) - Math.min(...spans.map(({ start }) => start));
print({ value: (items / elapsedNs) * 1e9 });
