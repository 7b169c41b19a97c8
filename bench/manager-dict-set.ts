// manager.dict-set: round trips of `d[key] = value` on a manager's dict, against Python's multiprocessing in the same run.
//
//   node --import tsx bench/manager-dict-set.ts        median of 5 rounds each, taken in turn; µs per call, and the ratio

import { execFileSync } from 'node:child_process';
import { Manager } from '../src/index.js';

const CALLS = 5000;
const ROUNDS = 5;

const python = `
import time
from multiprocessing import Manager
if __name__ == '__main__':
    d = Manager().dict()
    for i in range(500): d[i] = i
    start = time.perf_counter()
    for i in range(${CALLS}): d[i % 1000] = i
    print((time.perf_counter() - start) / ${CALLS} * 1e6)
`;

function pythonRound(): number {
  return Number(execFileSync('python3', ['-c', python], { encoding: 'utf8' }));
}

await using manager = await Manager();
const d = await manager.dict<number, number>();

async function ownRound(): Promise<number> {
  for (let i = 0; i < 500; i++) await d.set(i, i);
  const start = performance.now();
  for (let i = 0; i < CALLS; i++) await d.set(i % 1000, i);
  return ((performance.now() - start) / CALLS) * 1000;
}

async function pipelinedRound(): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < CALLS; i += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, j) => d.set((i + j) % 1000, i)));
  }
  return ((performance.now() - start) / CALLS) * 1000;
}

function median(figures: number[]): number {
  return figures.sort((a, b) => a - b)[figures.length >> 1];
}

await ownRound(); // warm
const rounds = { own: [] as number[], pipelined: [] as number[], python: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  rounds.own.push(await ownRound());
  rounds.pipelined.push(await pipelinedRound());
  rounds.python.push(pythonRound());
}
const [own, pipelined, peer] = [median(rounds.own), median(rounds.pipelined), median(rounds.python)];
console.log(
  `manager.dict-set            ${own.toFixed(1)} µs   Python ${peer.toFixed(1)} µs   ratio ${(peer / own).toFixed(2)}`,
);
console.log(
  `manager.dict-set, 100 ahead ${pipelined.toFixed(1)} µs   Python ${peer.toFixed(1)} µs   ratio ${(peer / pipelined).toFixed(2)}`,
);
