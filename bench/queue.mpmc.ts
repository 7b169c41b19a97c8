// queue.mpmc-small-NxN: N processes put small objects, N others take them.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

export const queueMpmc = [2, 4].map(
  (each): Scenario => ({
    name: `queue.mpmc-small-${each}x${each}`,
    what: 'objects of three fields, from the first put to the last get',
    unit: '/s',
    better: 'more',
    ours: ours('queue-mpmc.mjs', each, 200_000),
    peers: [
      {
        name: 'Python Queue',
        program: pythonPeer('queue_mpmc.py', each, 40_000),
        goals: [{ ratio: 5, issue: 4 }],
      },
    ],
  }),
);
