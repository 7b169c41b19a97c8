// lock.contended-N: N processes want the same lock all the time, each blocking.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const MEASURED_MS = 1000;

export const lockContended = [2, 4, 8].map(
  (processes): Scenario => ({
    name: `lock.contended-${processes}`,
    what: 'critical sections of all processes together',
    unit: '/s',
    better: 'more',
    ours: ours('lock-contended.mjs', processes, MEASURED_MS),
    peers: [
      {
        name: 'Python Lock',
        program: pythonPeer('lock_contended.py', processes, MEASURED_MS),
        goals: [{ ratio: 1, issue: 3 }],
      },
    ],
    limits: [{ figure: 'most/least per process', unit: '', atMost: 3, issue: 3 }],
  }),
);
