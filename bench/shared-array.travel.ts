// shared-array.travel: a SharedArray of 1 GiB (256 MiB if memory is short) reaches 8 processes, one after the other, without a copy.

import { ours, type Scenario } from './support/scenario.js';

export const sharedArrayTravel: Scenario = {
  name: 'shared-array.travel',
  what: 'from sending 1 GiB to the answer that its first and last element were read; the slowest of 8',
  unit: 'ms',
  better: 'less',
  ours: ours('shared-array-travel.mjs', 8),
  peers: [],
  limits: [
    { figure: 'value', unit: 'ms', atMost: 50, issue: 3 },
    // The proportional share (PSS) of all processes, in sizes of the array, when all have read every page.
    { figure: 'copies by PSS', unit: '', atMost: 1.1, issue: 3 },
  ],
};
