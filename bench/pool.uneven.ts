// pool.uneven: one long item among short ones, two workers; how many times the best possible it takes.

import { ours, type Scenario } from './support/scenario.js';

const scenario = (name: string, kind: string, what: string): Scenario => ({
  name,
  what,
  unit: '×',
  better: 'less',
  ours: ours('pool-uneven.mjs', kind),
  peers: [],
  limits: [{ figure: 'value', unit: '×', atMost: 1.1, issue: 6 }],
});

export const poolUneven: readonly Scenario[] = [
  scenario('pool.uneven', 'first', 'one of 2 s, 200 of 20 ms; of the optimum'),
  scenario('pool.uneven-batch', 'batch', 'one of 1 s in a batch with 50 of 20 ms; of the optimum'),
];
