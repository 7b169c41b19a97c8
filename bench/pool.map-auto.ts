// pool.map-auto: a trivial function over a million numbers, two workers, chunks as each side chooses them.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const ITEMS = 1_000_000;

export const poolMapAuto: Scenario = {
  name: 'pool.map-auto',
  what: 'items',
  unit: '/s',
  better: 'more',
  ours: ours('pool-map.mjs', ITEMS, 'auto'),
  peers: [
    {
      name: 'Python Pool.map',
      program: pythonPeer('pool_map.py', ITEMS, 'auto'),
      goals: [{ ratio: 1.5, issue: 6 }],
    },
  ],
};
