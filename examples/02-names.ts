// A process is called what you call it, or Process-N.
import { setTimeout as pause } from 'node:timers/promises';
import { currentProcess, Process } from '../src/index.js';

async function work(): Promise<void> {
  const { name } = currentProcess();
  console.log(`${name} starts`);
  await pause(200);
  console.log(`${name} ends`);
}

const named = new Process({ target: work, name: 'foo_process' });
const unnamed = new Process({ target: work });
await Promise.all([named.start(), unnamed.start()]);
await Promise.all([named.join(), unnamed.join()]);
