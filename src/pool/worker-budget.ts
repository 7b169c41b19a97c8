// How many workers a pool starts that is not told, so that pools inside tasks of pools do not multiply.
//
//   program, 8 processors ─► Pool() of 8 ─► a task's Pool() of 1
//   program, 8 processors ─► Pool(2)     ─► a task's Pool() of 4

import { cpuCount } from '../process/cpu-count.js';

/** This process's share of the processors, if it is a worker. */
let share: number | undefined;

/** For a worker, once: its share. */
export function setWorkerBudget(processors: number): void {
  share = processors;
}

/** Usable processors; in a worker of a pool, its share of them: those of the parent, divided by the workers of the pool. */
export function workerBudget(): number {
  return share ?? cpuCount();
}

/** The share of each of so many workers. */
export function budgetOfEach(workers: number): number {
  return Math.max(1, Math.floor(workerBudget() / workers));
}
