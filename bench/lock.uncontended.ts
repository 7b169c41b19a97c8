// lock.uncontended: one process takes a lock and releases it; nobody else wants it.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

export const lockUncontended: Scenario = {
  name: 'lock.uncontended',
  what: 'one acquire and release',
  unit: 'µs',
  better: 'less',
  ours: ours('lock-uncontended.mjs', 5_000_000),
  peers: [
    {
      name: 'Python Lock',
      program: pythonPeer('lock_uncontended.py', 2_000_000),
      goals: [
        { ratio: 1, issue: 2 },
        { ratio: 2, issue: 3 },
      ],
    },
  ],
};
