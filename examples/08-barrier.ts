// Two processes meet at a barrier and go on at the same instant; two others do not wait for each other.
import { setTimeout as pause } from 'node:timers/promises';
import { Barrier, currentProcess, Lock, Process } from '../src/index.js';

const now = () => performance.timeOrigin + performance.now();
const clock = (time: number) => new Date(time).toISOString().slice(11, 23);

async function withBarrier(meeting: Barrier, printing: Lock, comesAfter: number): Promise<number> {
  await pause(comesAfter);
  console.log(`${currentProcess().name} comes to the barrier`);
  await meeting.wait();
  const time = now();
  using _guard = await printing.hold(); // one prints at a time
  console.log(`${currentProcess().name} ----> ${clock(time)}`);
  return time;
}

async function withoutBarrier(comesAfter: number): Promise<number> {
  await pause(comesAfter);
  const time = now();
  console.log(`${currentProcess().name} ----> ${clock(time)}`);
  return time;
}

const meeting = new Barrier(2);
const printing = new Lock();
const children = [
  new Process({ name: 'p1 - with barrier', target: withBarrier, args: [meeting, printing, 0] }),
  new Process({ name: 'p2 - with barrier', target: withBarrier, args: [meeting, printing, 200] }),
  new Process({ name: 'p3 - without barrier', target: withoutBarrier, args: [0] }),
  new Process({ name: 'p4 - without barrier', target: withoutBarrier, args: [200] }),
];
for (const child of children) void child.start();

const [p1, p2, p3, p4] = await Promise.all(children.map((child) => child.result()));
console.log(`with the barrier    ${Math.abs(p2 - p1).toFixed(1)} ms apart`);
console.log(`without the barrier ${Math.abs(p4 - p3).toFixed(1)} ms apart`);
