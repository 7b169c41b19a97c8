// process.start-join-50: 50 processes that do nothing, started at once, until the last one has ended.

import { nodePeer, ours, type Scenario } from './support/scenario.js';

const AT_ONCE = 50;

export const processStartJoin50: Scenario = {
  name: 'process.start-join-50',
  what: 'all 50 processes',
  unit: 'ms',
  better: 'less',
  ours: ours('process-start-join.mjs', 1, AT_ONCE),
  peers: [
    {
      name: 'node -e 0',
      program: nodePeer('spawn-node.mjs', 1, AT_ONCE),
      goals: [{ ratio: 1 / 1.25, issue: 5 }],
    },
  ],
};
