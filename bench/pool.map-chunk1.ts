// pool.map-chunk1: a trivial function over numbers, two workers, one item to a message.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const ITEMS = 30_000;

export const poolMapChunk1: Scenario = {
  name: 'pool.map-chunk1',
  what: 'items',
  unit: '/s',
  better: 'more',
  ours: ours('pool-map.mjs', ITEMS, 1),
  peers: [
    {
      name: 'Python Pool.map',
      program: pythonPeer('pool_map.py', ITEMS, 1),
      goals: [{ ratio: 2, issue: 2 }],
    },
  ],
};
