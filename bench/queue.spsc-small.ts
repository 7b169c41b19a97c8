// queue.spsc-small: one process puts small objects one by one, another takes them one by one.

import { nodePeer, ours, pythonPeer, type Scenario } from './support/scenario.js';

export const queueSpscSmall: Scenario = {
  name: 'queue.spsc-small',
  what: 'objects of three fields, from the first put to the last get',
  unit: '/s',
  better: 'more',
  ours: ours('queue-spsc-small.mjs', 300_000),
  peers: [
    {
      name: 'Python Queue',
      program: pythonPeer('queue_spsc_small.py', 60_000),
      goals: [
        { ratio: 5, issue: 2 },
        { ratio: 8, issue: 4 },
      ],
    },
    {
      name: 'child_process.fork',
      program: nodePeer('fork-one-way.mjs', 60_000),
      goals: [{ ratio: 8, issue: 4 }],
    },
  ],
};
