// A dictionary that lives in a server process and is filled by ten others.
import { type ManagedDict, Manager, Process } from '../src/index.js';

async function fill(results: ManagedDict<number, number>, key: number, value: number): Promise<void> {
  await results.set(key, value);
  console.log(`key ${key}, value ${value}`);
}

await using manager = await Manager();
const results = await manager.dict<number, number>();
const workers = Array.from(
  { length: 10 },
  (_, i) => new Process({ target: fill, args: [results, i, 2 * i] }),
);
await Promise.all(workers.map((worker) => worker.start()));
await Promise.all(workers.map((worker) => worker.join()));

const copy = await results.getValue();
console.log('results:', new Map([...copy].sort(([a], [b]) => a - b)));
