// shared-array.travel: a SharedArray of 1 GiB reaches 8 processes, one after the other, without a copy.
//
//   node --import tsx bench/shared-array.ts        ms from send to answer, per process; PSS of all processes together
//
// The answer is the sum of the first and the last element: the array is mapped and can be read. Then every process reads
// every page, and the proportional share (PSS) of all of them is added up: one copy for all is 1 GiB, a copy each were 9.

import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { type Connection, Pipe, Process, SharedArray } from '../src/index.js';

const GIB = 1024 ** 3;
const PROCESSES = 8;
const size = freemem() > 4 * GIB ? GIB : GIB / 4;

function pssMib(pid: number): number {
  return Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024;
}

async function reader(conn: Connection): Promise<void> {
  await conn.send('ready');
  const array = (await conn.recv()) as SharedArray<'B'>;
  await conn.send(array.get(0) + array.get(array.length - 1));
  await conn.recv();
  const bytes = array.array;
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4096) sum += bytes[at];
  await conn.send(sum);
  await conn.recv();
}

const createdAt = performance.now();
const shared = new SharedArray('B', size);
console.log(
  `SharedArray of ${size / 1024 ** 2} MiB made in ${(performance.now() - createdAt).toFixed(0)} ms`,
);
shared.array.fill(1);

const readers: { process: Process; conn: Connection }[] = [];
for (let i = 0; i < PROCESSES; i++) {
  const [conn, theirs] = Pipe();
  const process = new Process({ target: reader, args: [theirs] }) as Process;
  await process.start();
  theirs.close();
  await conn.recv();
  readers.push({ process, conn });
}
const everyone = [process.pid, ...readers.map((reader) => reader.process.pid as number)];
const before = everyone.reduce((sum, pid) => sum + pssMib(pid), 0);

const times: number[] = [];
for (const { conn } of readers) {
  const start = performance.now();
  await conn.send(shared);
  if ((await conn.recv()) !== 2) throw new Error('the array has not arrived');
  times.push(performance.now() - start);
}
console.log(
  `reached ${PROCESSES} processes in ${times.map((ms) => ms.toFixed(1)).join(' ')} ms each (wanted: under 50)`,
);

for (const { conn } of readers) {
  await conn.send('read all');
  if ((await conn.recv()) !== size / 4096) throw new Error('the array is not what was sent');
}
const after = everyone.reduce((sum, pid) => sum + pssMib(pid), 0);
console.log(
  `PSS of all ${everyone.length} processes: ${before.toFixed(0)} MiB before, ${after.toFixed(0)} MiB when all have read all`,
);
for (const { process, conn } of readers) {
  await conn.send('end');
  await process.join();
}
