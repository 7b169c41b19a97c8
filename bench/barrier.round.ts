// barrier.round-N: N processes meet at a barrier, again and again.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const ROUNDS = { 2: 20_000, 8: 4000 }; // and as many before, unmeasured: V8 compiles what is hot after some thousands

export const barrierRound = ([2, 8] as const).map(
  (processes): Scenario => ({
    name: `barrier.round-${processes}`,
    what: 'one meeting of all, all blocking',
    unit: 'µs',
    better: 'less',
    ours: ours('barrier-round.mjs', processes, ROUNDS[processes]),
    peers: [
      {
        name: 'Python Barrier',
        program: pythonPeer('barrier_round.py', processes, ROUNDS[processes]),
        goals: [{ ratio: 1, issue: 3 }],
      },
    ],
  }),
);
