// pool.crash-storm: one task in a hundred kills its worker. The program fails unless exactly those are lost.

import { ours, type Scenario } from './support/scenario.js';

export const poolCrashStorm: Scenario = {
  name: 'pool.crash-storm',
  what: 'tasks, 1 in 100 kills its worker',
  unit: '/s',
  better: 'more',
  ours: ours('pool-crash-storm.mjs', 10_000),
  peers: [],
};
