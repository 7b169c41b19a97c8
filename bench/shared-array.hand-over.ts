// shared-array.hand-over: a SharedArray of 1 GiB (256 MiB if memory is short) through a queue and through a pipe.

import { ours, type Scenario } from './support/scenario.js';

export const sharedArrayHandOver: Scenario = {
  name: 'shared-array.hand-over',
  what: 'from put or send to having 1 GiB in the other process, which has never seen it; median of 5, the slower way',
  unit: 'ms',
  better: 'less',
  ours: ours('shared-array-hand-over.mjs', 5),
  peers: [],
  limits: [{ figure: 'value', unit: 'ms', atMost: 5, issue: 4 }],
};
