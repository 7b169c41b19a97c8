// Queues inside of queues: who makes, passes on, uses and forgets them is killed; what somebody can reach works, the rest comes back.

import assert from 'node:assert/strict';
import { Queue } from '../../../src/index.js';
import { type ChaosWorker, chaos } from '../../../src/testing/chaos.js';
import { collectUntil } from '../../support/collect.js';
import { memoryInUse } from '../memory-in-use.js';
import { type Scenario, waitingPoints } from './scenario.js';

type Inner = Queue<number>;

const points = [
  'queue.put.written',
  'queue.put.sealed',
  'queue.put.committed',
  'queue.put.released',
  'queue.get.copied',
  'queue.get.committed',
  'queue.get.released',
  ...waitingPoints,
];

/** Collections until what is forgotten must have been collected. */
const MOST_LOOKS = 200;

async function passOn(self: ChaosWorker, carrier: Queue<Inner>): Promise<void> {
  const { collectUntil } = await import('../../support/collect.js');
  for (let n = 0; ; n++) {
    const made: Inner = new Queue<number>();
    made.putSync(n);
    await carrier.put(made);
    const came = await carrier.get();
    const value = came.getNowait();
    if (!Number.isInteger(value)) throw new Error(`a queue that was passed on gave ${String(value)}`);
    came.putNowait(value + 1);
    await carrier.put(came); // once more on its way, while this process forgets it
    const other = n % 2 ? carrier.getSync() : await carrier.get();
    if (other.qsize() !== 1) throw new Error(`a queue that was passed on has ${other.qsize()} items`);
    if (n % 20 === 0) await collectUntil(() => true);
    self.progress();
  }
}

export const queueHandlesScenario: Scenario = {
  name: 'Queue handles',
  claim:
    'processes that make queues and pass them on are killed; each queue works for who has it, and its memory comes back',
  async run(size) {
    const carrier = new Queue<Inner>();
    await carrier.put(new Queue<number>());
    await carrier.get();
    await collectUntil(() => true);
    const before = memoryInUse();
    const report = await chaos({ ...size, points, args: [carrier], worker: passOn });
    while (!carrier.empty()) assert.equal((await carrier.get()).qsize(), 1);
    // A spare segment of the carrier's is there from now on; and one that is killed at a random moment while it makes a queue
    // leaves that queue's first segment, which is nobody's until then.
    const most = before['block-32k'] + 1 + report.kills + size.processes;
    let looks = 0;
    const back = () => memoryInUse()['hold'] <= before['hold'] && memoryInUse()['block-32k'] <= most;
    await collectUntil(() => back() || looks++ === MOST_LOOKS);
    assert.ok(back(), `not given back: ${JSON.stringify({ before, now: memoryInUse() })}`);
    return report;
  },
};
