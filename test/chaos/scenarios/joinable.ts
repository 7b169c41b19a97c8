// JoinableQueue under fire: takers and putters are killed at every step of its protocol, and join() must be right.

import assert from 'node:assert/strict';
import { JoinableQueue, Queue } from '../../../src/index.js';
import { type ChaosWorker, chaos } from '../../../src/testing/chaos.js';
import { type Scenario, waitingPoints } from './scenario.js';

const takePoints = ['queue.get.copied', 'queue.get.committed', 'queue.get.released', 'joinable.done.counted'];
const countedPoints = ['joinable.get.claimed', 'joinable.get.taken', 'joinable.get.counted'];
const keptPoints = [
  'joinable.get.kept',
  'joinable.done.marked',
  'joinable.done.half',
  'joinable.done.owned',
  'joinable.recover.half',
];
const putPoints = [
  'joinable.put.stored',
  'joinable.put.half',
  'joinable.put.sealed',
  'queue.put.written',
  'queue.put.sealed',
  'queue.put.committed',
  'queue.put.released',
];
const JOIN_MS = 10_000;

async function work(self: ChaosWorker, queue: JoinableQueue<number>, acknowledged: Queue<number>) {
  for (let n = 0; ; n++) {
    const item = n % 2 ? await queue.get() : queue.getSync();
    acknowledged.putSync(item);
    queue.taskDone();
    self.progress();
  }
}

/** Puts numbers for as long as the takers are killed; then everything is done, and join() ends. */
function takers(redeliver: boolean): Scenario['run'] {
  return async (size) => {
    const queue = new JoinableQueue<number>(50, { redeliver });
    const acknowledged = new Queue<number>();
    const seen = new Map<number, number>();
    const note = (n: number) => seen.set(n, (seen.get(n) ?? 0) + 1);
    let put = 0;
    let putting = true;
    const putter = (async () => {
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
    const points = [...takePoints, ...(redeliver ? keptPoints : countedPoints), ...waitingPoints];
    const report = await chaos({ ...size, points, args: [queue, acknowledged], worker: work });
    putting = false;
    await putter;
    const joining = queue.join(JOIN_MS);
    while (!queue.empty()) {
      note(await queue.get());
      queue.taskDone();
    }
    await joining;
    while (!acknowledged.empty()) note(await acknowledged.get());
    const deaths = report.kills + size.processes;
    const twice = [...seen.values()].filter((times) => times > 1).length;
    if (redeliver) assert.equal(seen.size, put, 'every item was delivered');
    else assert.ok(put - seen.size <= deaths, `${put - seen.size} of ${put} items lost by ${deaths} deaths`);
    assert.ok(twice <= (redeliver ? deaths : 0), `${twice} items came twice by ${deaths} deaths`);
    return report;
  };
}

export const joinableTakersScenario: Scenario = {
  name: 'JoinableQueue takers',
  claim: 'takers of a JoinableQueue are killed; join() ends, what they had counts as done',
  run: takers(false),
};

export const redeliverTakersScenario: Scenario = {
  name: 'JoinableQueue takers, redeliver',
  claim: 'takers of a JoinableQueue with redeliver are killed; every item is done, join() ends',
  run: takers(true),
};

export const redeliverPuttersScenario: Scenario = {
  name: 'JoinableQueue putters, redeliver',
  claim: 'putters of a JoinableQueue with redeliver are killed; what each had put is there once, in order',
  async run(size) {
    const queue = new JoinableQueue<[pid: number, n: number]>(100, { redeliver: true });
    const last = new Map<number, number>();
    let reading = true;
    const reader = (async () => {
      while (reading || !queue.empty()) {
        const item = await queue.get(50).catch(() => undefined);
        if (!item) continue;
        const [pid, n] = item;
        const before = last.get(pid) ?? -1;
        if (n !== before + 1) throw new Error(`putter ${pid}: item ${n} came after ${before}`);
        last.set(pid, n);
        queue.taskDone();
        if (n % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const report = await chaos({
      ...size,
      points: [...putPoints, ...waitingPoints],
      args: [queue],
      worker: async (self: ChaosWorker, queue: JoinableQueue<[number, number]>) => {
        for (let n = 0; ; n++) {
          if (n % 2) queue.putSync([process.pid, n]);
          else await queue.put([process.pid, n]);
          self.progress();
        }
      },
    });
    reading = false;
    await reader;
    await queue.join(JOIN_MS);
    return report;
  },
};
