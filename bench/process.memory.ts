// process.memory: what a waiting process takes beyond a Node that loads nothing, as its proportional share (PSS).

import { ours, type Scenario } from './support/scenario.js';

export const processMemory: Scenario = {
  name: 'process.memory',
  what: 'PSS of a process that waits, less that of a bare Node that waits',
  unit: 'MiB',
  better: 'less',
  ours: ours('process-memory.mjs'),
  peers: [],
  limits: [{ figure: 'value', unit: 'MiB', atMost: 6, issue: 5 }],
};
