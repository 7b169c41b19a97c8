// condition.round-N: N processes meet, by a count under a Condition: the last one to come notifies all others.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

/** Measured; before them as many to warm up, until each process runs compiled code. */
const ROUNDS = { 2: 10_000, 8: 5000 };

export const conditionRound = ([2, 8] as const).map(
  (processes): Scenario => ({
    name: `condition.round-${processes}`,
    what: 'one meeting of all, all blocking',
    unit: 'µs',
    better: 'less',
    ours: ours('condition-round.mjs', processes, ROUNDS[processes]),
    peers: [
      {
        name: 'Python Condition',
        program: pythonPeer('condition_round.py', processes, ROUNDS[processes]),
        goals: [{ ratio: 1, issue: 3 }],
      },
    ],
  }),
);
