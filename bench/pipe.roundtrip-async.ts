// pipe.roundtrip-async: a number to another process and back through both event loops.

import { nodePeer, ours, pythonPeer, type Scenario } from './support/scenario.js';

const TRIPS = 10_000;

export const pipeRoundtripAsync: Scenario = {
  name: 'pipe.roundtrip-async',
  what: 'there and back',
  unit: 'µs',
  better: 'less',
  ours: ours('pipe-roundtrip-async.mjs', TRIPS),
  peers: [
    {
      name: 'child_process.fork',
      program: nodePeer('fork-roundtrip.mjs', TRIPS),
      goals: [{ ratio: 1, issue: 4 }],
    },
    {
      name: 'worker_threads',
      program: nodePeer('thread-roundtrip.mjs', TRIPS),
      goals: [{ ratio: 1, issue: 4 }],
    },
    { name: 'Python Pipe', program: pythonPeer('pipe_roundtrip.py', TRIPS) },
  ],
};
