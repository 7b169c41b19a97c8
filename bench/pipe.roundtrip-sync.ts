// pipe.roundtrip-sync: a number to another process and back, both sides blocking.

import { nativePeer, ours, pythonPeer, type Scenario } from './support/scenario.js';

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
    {
      name: 'C on futexes',
      program: nativePeer('pingpong', TRIPS),
      goals: [{ ratio: 0.5, issue: 4 }],
    },
    // As ours does: it looks for a moment before it sleeps. With both cores free it never sleeps at all.
    { name: 'C, spinning first', program: nativePeer('pingpong', TRIPS, 2000) },
  ],
};
