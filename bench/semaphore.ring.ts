// semaphore.ring-N: a token goes round N processes: each acquires its own semaphore and releases the next one's.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const ROUNDS = { 2: 20_000, 8: 4000 }; // and as many before, unmeasured: V8 compiles what is hot after some thousands

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
