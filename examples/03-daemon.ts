// A daemon works in the background: it is ended with the program. The program waits for the other kind.
import { setTimeout as pause } from 'node:timers/promises';
import { currentProcess, Process } from '../src/index.js';

async function work(milliseconds: number): Promise<void> {
  const { name, daemon } = currentProcess();
  console.log(`${name} starts (daemon: ${daemon})`);
  await pause(milliseconds);
  console.log(`${name} ends`);
}

const background = new Process({ target: work, args: [600_000], name: 'background', daemon: true });
const foreground = new Process({ target: work, args: [200], name: 'foreground' });
await background.start();
await foreground.start();

// No join: at the end of this script the program waits for the foreground and ends the background.
console.log('the script ends');
