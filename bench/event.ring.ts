// event.ring-N: a token goes round N processes: each waits for its own event, clears it and sets the next one's.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const ROUNDS = { 2: 20_000, 8: 4000 }; // and as many before, unmeasured: V8 compiles what is hot after some thousands

export const eventRing = ([2, 8] as const).map(
  (processes): Scenario => ({
    name: `event.ring-${processes}`,
    what: 'from one process to the next, both blocking',
    unit: 'µs',
    better: 'less',
    ours: ours('event-ring.mjs', processes, ROUNDS[processes]),
    peers: [
      {
        name: 'Python Event',
        program: pythonPeer('event_ring.py', processes, ROUNDS[processes]),
        goals: [{ ratio: 1, issue: 3 }],
      },
    ],
  }),
);
