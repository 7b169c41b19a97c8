// pool.pipelined, pool.round-trip, pool.buffers-N, pool.compress: single calls of a pool of two workers, beside other pools.

import { type Goal, ours, type Peer, poolPeer, pythonPeer, type Scenario } from './support/scenario.js';

const others = {
  'tinypool, processes': 'tinypool-processes',
  'workerpool, processes': 'workerpool-processes',
  'piscina, threads': 'piscina-threads',
  'poolifier, threads': 'poolifier-threads',
} as const;

type Other = keyof typeof others;
type Goals = Partial<Record<Other | 'Python Pool', number>>;

interface Work {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  /** Its name in support/pool-work.mjs, and its arguments. */
  readonly call: readonly [string, ...number[]];
  /** How many times better than whom, at least. */
  readonly goals: Goals;
  readonly inPython: boolean;
}

const works: readonly Work[] = [
  {
    name: 'pool.pipelined',
    what: 'calls, one to a message',
    unit: '/s',
    better: 'more',
    call: ['pipelined', 20_000],
    goals: {
      'Python Pool': 3,
      'tinypool, processes': 2,
      'workerpool, processes': 2,
      'piscina, threads': 1,
      'poolifier, threads': 1,
    },
    inPython: true,
  },
  {
    name: 'pool.round-trip',
    what: 'one call at a time',
    unit: 'µs',
    better: 'less',
    call: ['roundTrip', 3000],
    goals: { 'tinypool, processes': 1, 'workerpool, processes': 1 },
    inPython: true,
  },
  ...(
    [
      [64 * 1024, 1000],
      [1024 * 1024, 100],
    ] as const
  ).map(
    ([bytes, tasks]): Work => ({
      name: `pool.buffers-${bytes / 1024}K`,
      what: 'in and out',
      unit: 'MB/s',
      better: 'more',
      call: ['buffers', bytes, tasks],
      goals: { 'Python Pool': 2, 'tinypool, processes': 3, 'workerpool, processes': 3 },
      inPython: true,
    }),
  ),
  {
    name: 'pool.compress',
    what: 'files, brotli',
    unit: '/s',
    better: 'more',
    call: ['compress'],
    goals: {
      'tinypool, processes': 1,
      'workerpool, processes': 1,
      'piscina, threads': 1,
      'poolifier, threads': 1,
    },
    inPython: false,
  },
];

export const poolCalls: readonly Scenario[] = works.map(
  ({ name, what, unit, better, call, goals, inPython }): Scenario => ({
    name,
    what,
    unit,
    better,
    ours: ours('pool-calls.mjs', ...call),
    peers: [
      ...(inPython ? [peer('Python Pool', pythonPeer('pool_calls.py', ...call), goals)] : []),
      ...(Object.keys(others) as Other[]).map((other) =>
        peer(other, poolPeer(others[other], ...call), goals),
      ),
    ],
  }),
);

function peer(name: Other | 'Python Pool', program: Peer['program'], goals: Goals): Peer {
  const ratio = goals[name];
  const demanded: Goal[] = ratio === undefined ? [] : [{ ratio, issue: 6 }];
  return { name, program, goals: demanded };
}
