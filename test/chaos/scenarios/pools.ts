// Pool under fire: its workers are killed and paused, and so are processes that have a pool, workers and all.

import assert from 'node:assert/strict';
import { Pool } from '../../../src/index.js';
import { type ChaosWorker, chaos } from '../../../src/testing/chaos.js';
import { poolChaos } from '../../../src/testing/pool-chaos.js';
import { type Scenario, waitingPoints } from './scenario.js';

const workerPoints = ['pool.frame.taken', 'pool.item.begun', 'pool.item.ended', 'pool.results.sent'];
const putPoints = [
  'queue.put.written',
  'queue.put.sealed',
  'queue.put.committed',
  'queue.put.released',
  'queue.put.linked',
];
const getPoints = ['queue.get.copied', 'queue.get.committed', 'queue.get.released'];
const parentPoints = ['pool.batch.handed', 'pool.worker.lost', 'pool.worker.stopped'];

export const poolWorkersScenario: Scenario = {
  name: 'Pool workers',
  claim: 'workers of a pool are killed and paused; each item settles once, as it must, and none is left',
  run: (size) => poolChaos({ ...size, points: [...workerPoints, ...putPoints, ...getPoints] }),
};

export const poolOwnersScenario: Scenario = {
  name: 'Pool owners',
  claim: 'processes that have a pool are killed; their workers end with them, and the others go on',
  run: (size) =>
    chaos({
      ...size,
      points: [...parentPoints, ...putPoints, ...getPoints, ...waitingPoints],
      args: [],
      worker: async (self: ChaosWorker) => {
        const square = (x: number) => x * x;
        for (let round = 1; ; round++) {
          const pool = new Pool(1, { maxTasksPerChild: 10 });
          for (let i = 0; i < 5; i++) {
            const results = await pool.map(square, [1, 2, 3, 4, 5, 6], { chunkSize: 2 });
            assert.deepEqual(results, [1, 4, 9, 16, 25, 36]);
            self.progress();
          }
          if (round % 2) await pool.terminate();
          else {
            pool.close();
            await pool.join();
          }
        }
      },
    }),
};

export const poolScenarios: readonly Scenario[] = [poolWorkersScenario, poolOwnersScenario];
