// MiB of proportional share of a waiting process of the library beyond that of a bare Node.  node process-memory.mjs

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Process } from '../../dist/index.js';
import { print } from '../support/figures.mjs';

function pssMiB(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
}

// Both wait by a timer that keeps them alive.
const waits = () => {
  setInterval(() => {}, 1e6);
};
const child = new Process({ target: waits, daemon: true });
await child.start();
const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
await new Promise((resolve) => setTimeout(resolve, 1500)); // both are idle
const figures = { child: pssMiB(child.pid), bare: pssMiB(bare.pid) };
child.kill();
bare.kill('SIGKILL');
print({ value: figures.child - figures.bare, ...figures });
