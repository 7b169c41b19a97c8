// process.prefork-start: from the call that starts a process to the first line of what it runs, with one in stock.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const TIMES = 15;

export const processPreforkStart: Scenario = {
  name: 'process.prefork-start',
  what: 'start to first line, median',
  unit: 'ms',
  better: 'less',
  ours: ours('process-start-to-run.mjs', 'prefork', TIMES),
  limits: [{ figure: 'value', unit: 'ms', atMost: 3, issue: 5 }],
  peers: [
    {
      name: 'ours, spawn',
      program: ours('process-start-to-run.mjs', 'spawn', TIMES),
      goals: [{ ratio: 10, issue: 5 }],
    },
    {
      name: 'Python forkserver',
      program: pythonPeer('process_start_to_run.py', 'forkserver', TIMES),
      goals: [{ ratio: 1, issue: 5 }],
    },
    { name: 'Python fork', program: pythonPeer('process_start_to_run.py', 'fork', TIMES) },
  ],
};
