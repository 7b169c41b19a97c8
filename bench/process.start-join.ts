// process.start-join: a process that does nothing, from the call that starts it to its end, one after another.

import { nodePeer, ours, pythonPeer, type Scenario } from './support/scenario.js';

const TIMES = 8;

export const processStartJoin: Scenario = {
  name: 'process.start-join',
  what: 'one process',
  unit: 'ms',
  better: 'less',
  ours: ours('process-start-join.mjs', TIMES),
  peers: [
    {
      name: 'node -e 0',
      program: nodePeer('spawn-node.mjs', TIMES),
      goals: [
        { ratio: 1 / 1.75, issue: 2 },
        { ratio: 1 / 1.25, issue: 5 },
      ],
    },
    {
      name: 'child_process.fork',
      program: nodePeer('fork-start-end.mjs', TIMES),
      goals: [{ ratio: 1, issue: 5 }],
    },
    { name: 'Python spawn', program: pythonPeer('process_start_join.py', TIMES) },
  ],
};
