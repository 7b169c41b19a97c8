// Two ways of doing the same, in turn and in one process: what each takes, in µs of processor time.
//
// Processor time, and not the clock's, because the machine may have other work; it counts V8's own threads, which
// collect garbage and compile, for both alike. What one has left behind is collected before the other's turn: objects that V8's
// deserializer made survive several collections, and whoever comes next would pay for them.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;

const used = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

export interface Times {
  readonly ours: number;
  readonly theirs: number;
  /** How many times faster ours is. */
  readonly ratio: number;
}

/** Medians over rounds of about 15 ms each: time for a few collections of one's own. */
export function race(ours: () => void, theirs: () => void, milliseconds = 400): Times {
  for (const call of [ours, theirs]) batchOf(call);
  const sizes = [batchOf(ours), batchOf(theirs)];
  const rounds: [number[], number[]] = [[], []];
  const end = performance.now() + milliseconds;
  while (performance.now() < end || rounds[0].length < 11) {
    for (const [which, call] of [ours, theirs].entries()) {
      collect({ type: 'minor' });
      collect({ type: 'minor' }); // what survived the first one
      const start = used();
      for (let i = 0; i < sizes[which]; i++) call();
      rounds[which].push((used() - start) / sizes[which]);
    }
  }
  const [first, second] = rounds.map((times) => times.sort((a, b) => a - b)[times.length >> 1]);
  return { ours: first, theirs: second, ratio: second / first };
}

/** How many calls take about 15 ms. */
function batchOf(call: () => void): number {
  const start = used();
  let calls = 0;
  while (used() - start < 15_000) {
    call();
    calls++;
  }
  return calls;
}
