// lock.many: 100,000 locks in one process.

import { ours, type Scenario } from './support/scenario.js';

export const lockMany: Scenario = {
  name: 'lock.many',
  what: 'making 100,000 locks',
  unit: 's',
  better: 'less',
  ours: ours('lock-many.mjs', 100_000),
  peers: [],
  limits: [
    { figure: 'value', unit: 's', atMost: 0.5, issue: 3 },
    { figure: 'shared bytes each', unit: '', atMost: 100, issue: 3 },
    { figure: 'descriptors for all', unit: '', atMost: 16, issue: 3 },
  ],
};
