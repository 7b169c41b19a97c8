// queue.memory: what an idle queue takes, and whether one that ten million items have gone through has grown.

import { ours, type Scenario } from './support/scenario.js';

const ITEMS = 10_000_000;

export const queueMemory: Scenario = {
  name: 'queue.memory',
  what: 'shared memory of an idle queue; growth over the last nine of ten million items',
  unit: 'KiB',
  better: 'less',
  ours: ours('queue-memory.mjs', ITEMS),
  peers: [],
  limits: [
    { figure: 'value', unit: 'KiB', atMost: 64, issue: 4 },
    { figure: 'descriptors of 1,000 queues', unit: '', atMost: 0, issue: 4 },
    { figure: 'growth, MiB', unit: 'MiB', atMost: 1, issue: 4 },
  ],
};
