// manager.dict-set: a process sets entries of a manager's dictionary, one after another.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const CALLS = 5000;

export const managerDictSet: Scenario = {
  name: 'manager.dict-set',
  what: 'one call',
  unit: 'µs',
  better: 'less',
  ours: ours('manager-dict-set.mjs', CALLS),
  peers: [{ name: 'Python Manager', program: pythonPeer('manager_dict_set.py', CALLS) }],
};
