// Starts under fire: processes that start others, and supervisors that start them again, are killed at every step of a start.

import assert from 'node:assert/strict';
import { getContext, Pipe, Process, Semaphore, Supervisor } from '../../../src/index.js';
import { type ChaosWorker, chaos } from '../../../src/testing/chaos.js';
import { eventually, nobodyIsLeftBehind, withNothingLeft } from './nothing-left.js';
import { type Scenario, waitingPoints } from './scenario.js';
import { startChildrenScenario } from './start-children.js';

const parentPoints = ['start.stored', 'start.laid-down'];
/** A start takes long: who is to die in one dies in one of the next. */
const slow = { mostPasses: 2, patienceMs: 1000, hangMs: 300_000 };

const startParentsScenario: Scenario = {
  name: 'Start: parents',
  claim:
    'processes that start others are killed at each step of a start; what they had started ends with them',
  async run(size) {
    const permits = new Semaphore(2 * Math.max(1, size.processes));
    const report = await withNothingLeft(() =>
      chaos({
        ...size,
        ...slow,
        points: [...parentPoints, ...waitingPoints],
        args: [permits],
        worker: async (self: ChaosWorker, permits: Semaphore) => {
          const context = getContext(self.index % 2 === 0 ? 'spawn' : 'prefork');
          for (;;) {
            const [ours, theirs] = Pipe<number>();
            const child = new Process({
              target: async (end: typeof theirs, permits: Semaphore) => {
                await permits.acquire();
                await end.send(process.pid);
                permits.release();
              },
              args: [theirs, permits],
              context,
            });
            await child.start();
            theirs.close();
            assert.equal(await ours.recv(), child.pid);
            await child.join();
            assert.equal(child.exitCode, 0);
            ours.close();
            self.progress();
          }
        },
        check: nobodyIsLeftBehind,
      }),
    );
    await eventually(() => permits.getValue() === 2 * Math.max(1, size.processes), 'permits of the dead');
    return report;
  },
};

const supervisorsScenario: Scenario = {
  name: 'Start: supervisors',
  claim:
    'processes with a supervisor are killed while it starts children again; those end with it, and the others go on',
  async run(size) {
    const seats = new Semaphore(2 * Math.max(1, size.processes));
    const report = await withNothingLeft(() =>
      chaos({
        ...size,
        ...slow,
        points: [...parentPoints, ...waitingPoints],
        args: [seats],
        worker: async (self: ChaosWorker, seats: Semaphore) => {
          const [ours, theirs] = Pipe<string>();
          // One ends as soon as it has said that it is there; with it goes the other, which would live. Both are started again.
          const says = async (end: typeof theirs, seats: Semaphore) => {
            await seats.acquire();
            await end.send('up');
            process.kill(process.pid, 'SIGKILL');
          };
          const stays = () => new Promise<never>(() => setInterval(() => {}, 1000));
          const context = self.index % 2 === 0 ? 'spawn' : 'prefork';
          const supervisor = new Supervisor({
            strategy: 'oneForAll',
            maxRestarts: Number.MAX_SAFE_INTEGER,
            children: [
              { id: 'stays', target: stays, context, shutdown: 0 },
              { id: 'says', target: says, args: [theirs, seats], context, shutdown: 0 },
            ],
          });
          await supervisor.start();
          for (;;) {
            assert.equal(await ours.recv(), 'up');
            self.progress();
          }
        },
        check: nobodyIsLeftBehind,
      }),
    );
    await eventually(() => seats.getValue() === 2 * Math.max(1, size.processes), 'seats of the dead');
    return report;
  },
};

export const startScenarios: readonly Scenario[] = [
  startParentsScenario,
  startChildrenScenario,
  supervisorsScenario,
];
