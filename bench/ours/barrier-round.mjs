// Microseconds of one meeting of N processes.  node barrier-round.mjs PROCESSES ROUNDS

import { Barrier, Process } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const [processes, rounds] = process.argv.slice(2).map(Number);

function meet(barrier, times) {
  const meetMany = (count) => {
    for (let i = 0; i < count; i++) barrier.waitSync();
  };
  meetMany(times.warmUp);
  const start = nowNs();
  meetMany(times.measured);
  return microsecondsSince(start, times.measured);
}

const args = [new Barrier(processes), { warmUp: rounds, measured: rounds }];
const workers = Array.from({ length: processes }, () => new Process({ target: meet, args }));
await Promise.all(workers.map((worker) => worker.start()));
const [perRound] = await Promise.all(workers.map((worker) => worker.result()));
print({ value: perRound });
