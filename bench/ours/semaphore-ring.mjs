// Microseconds from one process to the next in a ring of semaphores.  node semaphore-ring.mjs PROCESSES ROUNDS

import { Process, Semaphore } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const [processes, rounds] = process.argv.slice(2).map(Number);

function pass(own, next, times) {
  const passMany = (count) => {
    for (let i = 0; i < count; i++) {
      own.acquireSync();
      next.release();
    }
  };
  passMany(times.warmUp);
  const start = nowNs();
  passMany(times.measured);
  return microsecondsSince(start, times.measured);
}

const ring = Array.from({ length: processes }, (_, i) => new Semaphore(i === 0 ? 1 : 0));
const times = { warmUp: rounds, measured: rounds };
const workers = ring.map(
  (own, i) => new Process({ target: pass, args: [own, ring[(i + 1) % processes], times] }),
);
await Promise.all(workers.map((worker) => worker.start()));
const [perRound] = await Promise.all(workers.map((worker) => worker.result()));
print({ value: perRound / processes });
