// lock.parked: who waits for a lock does nothing, blocking or awaiting: the kernel never switches to it.

import { ours, type Scenario } from './support/scenario.js';

export const lockParked: Scenario = {
  name: 'lock.parked',
  what: 'context switches of two waiting processes in 5 s, all threads',
  unit: '',
  better: 'less',
  ours: ours('lock-parked.mjs', 5000),
  peers: [],
  limits: [{ figure: 'value', unit: '', atMost: 0, issue: 3 }],
};
