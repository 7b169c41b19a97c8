// What a chaos scenario is: a primitive, processes that work on it and die, and what must hold at the end.

import type { ChaosReport } from '../../../src/testing/chaos.js';

export interface Size {
  readonly kills: number;
  readonly processes: number;
}

export interface Scenario {
  /** The primitive, as the report calls it. */
  readonly name: string;
  /** What must hold, as a sentence. */
  readonly claim: string;
  /** Runs it; rejects if something does not hold. */
  run(size: Size): Promise<ChaosReport>;
}

/** The steps of waiting and waking at which a process may die, whatever it waits for. */
export const waitingPoints = [
  'wait-queue.enrol.marked',
  'wait-queue.link.half',
  'wait-queue.enrol.released',
  'wait-queue.wake.marked',
  'wait-queue.wake.released',
  'doorbell.marked',
];
