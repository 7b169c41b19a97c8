// semaphore.ring-N: a token goes round N processes: each acquires its own semaphore and releases the next one's.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const ROUNDS = { 2: 5000, 8: 1000 };

export const semaphoreRing = ([2, 8] as const).map(
  (processes): Scenario => ({
    name: `semaphore.ring-${processes}`,
    what: 'from one process to the next, both blocking',
    unit: 'µs',
    better: 'less',
    ours: ours('semaphore-ring.mjs', processes, ROUNDS[processes]),
    peers: [
      {
        name: 'Python Semaphore',
        program: pythonPeer('semaphore_ring.py', processes, ROUNDS[processes]),
        goals: [{ ratio: 1, issue: 3 }],
      },
    ],
  }),
);
