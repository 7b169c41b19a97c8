// queue.spsc-1MB: one process puts buffers of 1 MiB, another takes them; eight at most are on their way.

import { nodePeer, ours, pythonPeer, type Scenario } from './support/scenario.js';

export const queueSpsc1MB: Scenario = {
  name: 'queue.spsc-1MB',
  what: 'bytes, from the first put to the last get',
  unit: 'GB/s',
  better: 'more',
  ours: ours('queue-spsc-1mb.mjs', 500),
  peers: [
    {
      name: 'Python Queue',
      program: pythonPeer('queue_spsc_1mb.py', 200),
      goals: [
        { ratio: 3, issue: 2 },
        { ratio: 5, issue: 4 },
      ],
    },
    { name: 'memcpy', program: nodePeer('memcpy.mjs', 1000), goals: [{ ratio: 0.5, issue: 4 }] },
  ],
};
