// pool.recycle: throughput lost when each of two workers is replaced after 25 items.

import { ours, type Scenario } from './support/scenario.js';

const scenario = (name: string, kind: string, what: string): Scenario => ({
  name,
  what,
  unit: '%',
  better: 'less',
  ours: ours('pool-recycle.mjs', 20, kind),
  peers: [],
  limits: [{ figure: 'value', unit: '%', atMost: 10, issue: 6 }],
});

export const poolRecycle: readonly Scenario[] = [
  scenario('pool.recycle', 'wait', 'lost with items of 20 ms that wait'),
  scenario('pool.recycle-computing', 'compute', 'lost with items of 20 ms that compute'),
];
