// shipping: what it takes to send a function, in the process that sends it; and whether code that was fast before is so after.

import { ours, type Scenario } from './support/scenario.js';

export const shipping: Scenario = {
  name: 'shipping',
  what: 'the first function of a program, put into a queue',
  unit: 'ms',
  better: 'less',
  ours: ours('shipping.mjs'),
  peers: [],
  limits: [
    { figure: 'value', unit: 'ms', atMost: 30, issue: 5 },
    { figure: 'each next one', unit: 'ms', atMost: 0.3, issue: 5 },
    { figure: 'one sent before', unit: 'ms', atMost: 0.02, issue: 5 },
    // Time of a hot loop after all that, in times of what it took before.
    { figure: 'a hot loop afterwards', unit: '', atMost: 1.1, issue: 5 },
  ],
};
