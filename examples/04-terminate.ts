// Ending a process from outside, and asking how it is at every step.
import { setTimeout as pause } from 'node:timers/promises';
import { Process } from '../src/index.js';

async function sleepLong(): Promise<void> {
  await pause(600_000);
  console.log('never printed');
}

const child = new Process({ target: sleepLong });
const tell = (when: string) =>
  console.log(`${when}: ${child}, alive: ${child.isAlive()}, exit code: ${child.exitCode}`);

tell('before start');
await child.start();
tell('running');
child.terminate();
tell('after terminate'); // the signal is on its way: it may still be alive
await child.join();
tell('after join'); // minus the number of the signal that ended it
