// Critical sections a second of N processes.  node lock-contended.mjs PROCESSES MILLISECONDS

import { Barrier, Lock, Process } from '../../dist/index.js';
import { print } from '../support/figures.mjs';

const [processes, measuredMs] = process.argv.slice(2).map(Number);
const WARM_UP_MS = 200;

function contend(lock, barrier, ms) {
  const sectionsIn = (duration) => {
    const end = performance.now() + duration;
    let sections = 0;
    while (performance.now() < end) {
      for (let i = 0; i < 16; i++) {
        lock.acquireSync();
        sections++;
        lock.release();
      }
    }
    return sections;
  };
  barrier.waitSync();
  sectionsIn(ms.warmUp);
  return sectionsIn(ms.measured);
}

const lock = new Lock();
const barrier = new Barrier(processes);
const args = [lock, barrier, { warmUp: WARM_UP_MS, measured: measuredMs }];
const workers = Array.from({ length: processes }, () => new Process({ target: contend, args }));
await Promise.all(workers.map((worker) => worker.start()));
const sections = await Promise.all(workers.map((worker) => worker.result()));
print({
  value: sections.reduce((sum, count) => sum + count) / (measuredMs / 1000),
  'most/least per process': Math.max(...sections) / Math.max(1, Math.min(...sections)),
});
