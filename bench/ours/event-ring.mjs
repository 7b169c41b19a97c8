// Microseconds from one process to the next in a ring of events.  node event-ring.mjs PROCESSES ROUNDS

import { Event, Process } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const [processes, rounds] = process.argv.slice(2).map(Number);

function pass(own, next, times) {
  const passMany = (count) => {
    for (let i = 0; i < count; i++) {
      own.waitSync();
      own.clear();
      next.set();
    }
  };
  passMany(times.warmUp);
  const start = nowNs();
  passMany(times.measured);
  return microsecondsSince(start, times.measured);
}

const ring = Array.from({ length: processes }, () => new Event());
const times = { warmUp: rounds, measured: rounds };
const workers = ring.map(
  (own, i) => new Process({ target: pass, args: [own, ring[(i + 1) % processes], times] }),
);
await Promise.all(workers.map((worker) => worker.start()));
ring[0].set();
const [perRound] = await Promise.all(workers.map((worker) => worker.result()));
print({ value: perRound / processes });
