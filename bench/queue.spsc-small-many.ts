// queue.spsc-small-many: as queue.spsc-small, a thousand at a time by putMany and getMany; Python has no such thing.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

export const queueSpscSmallMany: Scenario = {
  name: 'queue.spsc-small-many',
  what: 'objects of three fields, from the first put to the last get',
  unit: '/s',
  better: 'more',
  ours: ours('queue-spsc-small-many.mjs', 2_000_000, 1000),
  peers: [
    {
      name: 'Python Queue',
      program: pythonPeer('queue_spsc_small.py', 60_000),
      goals: [{ ratio: 20, issue: 4 }],
    },
  ],
};
