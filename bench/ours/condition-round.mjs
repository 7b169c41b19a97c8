// Microseconds of one meeting of N processes by a Condition.  node condition-round.mjs PROCESSES ROUNDS

import { Condition, Process, RawArray } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const [processes, rounds] = process.argv.slice(2).map(Number);

/** @param state how many have come, and the number of the round */
function meet(condition, state, processes, times) {
  const meetMany = (count) => {
    for (let i = 0; i < count; i++) {
      condition.acquireSync();
      const round = state.get(1);
      state.set(0, state.get(0) + 1);
      if (state.get(0) === processes) {
        state.set(0, 0);
        state.set(1, round + 1);
        condition.notifyAll();
      } else {
        condition.waitForSync(() => state.get(1) !== round);
      }
      condition.release();
    }
  };
  meetMany(times.warmUp);
  const start = nowNs();
  meetMany(times.measured);
  return microsecondsSince(start, times.measured);
}

const times = { warmUp: rounds, measured: rounds };
const args = [new Condition(), new RawArray('i', 2), processes, times];
const workers = Array.from({ length: processes }, () => new Process({ target: meet, args }));
await Promise.all(workers.map((worker) => worker.start()));
const [perRound] = await Promise.all(workers.map((worker) => worker.result()));
print({ value: perRound });
