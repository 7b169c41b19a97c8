// pipe.roundtrip-sync: a number to another process and back, both sides blocking.

import { ours, pythonPeer, type Scenario } from './support/scenario.js';

const TRIPS = 20_000;

export const pipeRoundtripSync: Scenario = {
  name: 'pipe.roundtrip-sync',
  what: 'there and back',
  unit: 'µs',
  better: 'less',
  ours: ours('pipe-roundtrip-sync.mjs', TRIPS),
  peers: [
    {
      name: 'Python Pipe',
      program: pythonPeer('pipe_roundtrip.py', TRIPS),
      goals: [
        { ratio: 2, issue: 2 },
        { ratio: 2.5, issue: 4 },
      ],
    },
  ],
};
