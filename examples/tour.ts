// The tour of README.md: a pool, a process, a queue, a lock, a crash that is told and harms nobody.
import { Lock, Manager, Pool, Process, Queue, SharedValue } from '../src/index.js';

// 1. A function over many inputs, in worker processes. `factor` is taken along.
const factor = 3;
await using pool = new Pool(2);
console.log(await pool.map((n: number) => n * factor, [1, 2, 3]));

// 2. A process of its own. Shared objects are passed as arguments.
const tasks = new Queue<string>();
const lock = new Lock();
const total = new SharedValue('i');
const consumer = new Process({
  target: async (queue: Queue<string>, lock: Lock, total: SharedValue) => {
    for await (const word of queue) {
      using _guard = await lock.hold();
      total.value += word.length;
    }
    return 'done';
  },
  args: [tasks, lock, total],
});
await consumer.start();
await tasks.putMany(['many', 'hands', 'light', 'work']);
tasks.shutdown();
console.log(await consumer.result(), total.value);

// 3. A dictionary in a server process, for any number of processes.
await using manager = await Manager();
const ages = await manager.dict({ Ann: 41 });
console.log(await ages.increment('Ann'));

// 4. A worker that dies fails the item it was running, and no other.
const die = (n: number) => (n === 2 ? process.kill(process.pid, 'SIGKILL') : n);
for (const outcome of await pool.mapSettled(die, [1, 2, 3])) {
  console.log(outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message);
}
