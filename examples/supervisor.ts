// A supervisor starts its processes in order, starts again what fails, and stops them in reverse order.
import { currentProcess, Event, SharedValue, Supervisor } from '../src/index.js';

async function serve(name: string): Promise<void> {
  console.log(`${name} starts`);
  const { signal } = currentProcess();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => {
      console.log(`${name} stops`);
      clearInterval(timer);
      resolve();
    });
  });
}

async function crashTwice(starts: SharedValue, done: Event): Promise<void> {
  const count = starts.add(1) + 1;
  console.log(`unsteady starts, number ${count}`);
  if (count < 3) process.exit(1);
  done.set();
  await serve('unsteady, at last');
}

const starts = new SharedValue('i');
const done = new Event();
const supervisor = new Supervisor({
  strategy: 'oneForOne',
  maxRestarts: 3,
  within: 60_000,
  children: [
    { id: 'database', target: serve, args: ['database'], restart: 'permanent' },
    { id: 'unsteady', target: crashTwice, args: [starts, done], restart: 'transient' },
  ],
});
await supervisor.start();
await done.wait();
await supervisor.stop();
console.log(`the unsteady one was started ${starts.value} times`);
