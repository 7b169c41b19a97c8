// Queue under fire: writers and readers are killed and paused at random and at every step of its protocol.

import assert from 'node:assert/strict';
import { Queue } from '../../../src/index.js';
import { type ChaosWorker, chaos } from '../../../src/testing/chaos.js';
import type { Scenario } from './scenario.js';

const putPoints = [
  'queue.put.written',
  'queue.put.sealed',
  'queue.put.committed',
  'queue.put.released',
  'queue.put.linked',
];
const getPoints = ['queue.get.copied', 'queue.get.committed', 'queue.get.released', 'queue.get.unlinked'];
const wakePoints = [
  'wait-queue.wake.marked',
  'wait-queue.wake.released',
  'wait-queue.enrol.marked',
  'doorbell.marked',
];

type Item = [writer: number, pid: number, n: number, payload?: Buffer];

export const queueWritersScenario: Scenario = {
  name: 'Queue writers',
  claim: 'writers are killed; what each had put is there once, in order, without a gap',
  async run(size) {
    const queue = new Queue<Item>(200);
    const last = new Map<number, number>();
    let reading = true;
    const reader = (async () => {
      while (reading || !queue.empty()) {
        const item = await queue.get(50).catch(() => undefined);
        if (!item) continue;
        const [, pid, n, payload] = item;
        const before = last.get(pid) ?? -1;
        if (n !== before + 1) throw new Error(`writer ${pid}: item ${n} came after ${before}`);
        if (payload && !payload.every((byte) => byte === n % 256)) throw new Error('a payload is torn');
        last.set(pid, n);
        // Let the driver's timers run: items that are there come without a turn of the event loop.
        if (n % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const result = await chaos({
      ...size,
      points: [...putPoints, ...wakePoints],
      args: [queue],
      worker: async (self: ChaosWorker, queue: Queue<Item>) => {
        for (let n = 0; ; n++) {
          const item: Item = [self.index, process.pid, n];
          if (n % 7 === 0) item.push(Buffer.alloc(20_000, n % 256));
          if (n % 2) queue.putSync(item);
          else await queue.put(item);
          self.progress();
        }
      },
    });
    reading = false;
    await reader;
    assert.equal(queue.qsize(), 0);
    return result;
  },
};

export const queueReadersScenario: Scenario = {
  name: 'Queue readers',
  claim: 'readers are killed; each item is read once, at most one lost for each kill',
  async run(size) {
    const queue = new Queue<number>(100);
    const acknowledged = new Queue<number>();
    const seen = new Set<number>();
    let put = 0;
    let putting = true;
    const note = (n: number) => {
      if (seen.has(n)) throw new Error(`item ${n} was read twice`);
      seen.add(n);
    };
    const writer = (async () => {
      while (putting) {
        const came = await queue.put(put, 50).then(
          () => true,
          () => false,
        );
        if (came) put++;
        if (put % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
        for (let n = 0; n < 200 && !acknowledged.empty(); n++) note(await acknowledged.get());
      }
    })();
    const result = await chaos({
      ...size,
      points: [...getPoints, ...wakePoints],
      args: [queue, acknowledged],
      worker: async (self: ChaosWorker, queue: Queue<number>, acknowledged: Queue<number>) => {
        for (let n = 0; ; n++) {
          const item = n % 2 ? await queue.get() : queue.getSync();
          acknowledged.putSync(item);
          self.progress();
        }
      },
    });
    putting = false;
    await writer;
    while (!queue.empty()) note(await queue.get());
    while (!acknowledged.empty()) note(await acknowledged.get());
    const lost = put - seen.size;
    assert.ok(lost <= result.kills + size.processes, `${lost} of ${put} items lost by ${result.kills} kills`);
    return result;
  },
};
