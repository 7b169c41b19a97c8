// process.thread-start: a thread, from the call that starts it to the first instruction of what it runs as its parent sees it.

import { nodePeer, ours, type Scenario } from './support/scenario.js';

const TIMES = 20;

export const processThreadStart: Scenario = {
  name: 'process.thread-start',
  what: 'one thread that has begun',
  unit: 'ms',
  better: 'less',
  ours: ours('process-thread-start.mjs', TIMES),
  peers: [
    {
      name: 'new Worker + round trip',
      program: nodePeer('worker-round-trip.mjs', TIMES),
      goals: [{ ratio: 1 / 1.2, issue: 5 }],
    },
  ],
};
