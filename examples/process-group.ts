// A group of processes belongs to a block: the first failure stops the others, and the block ends when all have ended.
import { Event, type ProcessCrashedError, ProcessGroup } from '../src/index.js';

async function work(name: string, ready: Event): Promise<void> {
  console.log(`${name} works`);
  ready.set();
  await new Promise(() => setInterval(() => {}, 1000)); // for ever, if nobody stops it
}

async function fail(others: Event[]): Promise<void> {
  for (const ready of others) await ready.wait();
  process.exit(3);
}

try {
  await using group = new ProcessGroup({ onError: 'cancel', grace: 100 });
  const ready = [new Event(), new Event()];
  for (const [index, event] of ready.entries()) group.start(work, `worker ${index + 1}`, event);
  group.start(fail, ready);
} catch (error) {
  const { errors } = error as AggregateError;
  console.log(`${errors.length} of 3 failed, with exit code ${(errors[0] as ProcessCrashedError).exitCode}`);
}

await using group = new ProcessGroup({ onError: 'collect' });
const squares = [1, 2, 3].map((x) => group.start((y: number) => y * y, x));
console.log(`squares: ${(await Promise.all(squares.map((square) => square.result()))).join()}`);
