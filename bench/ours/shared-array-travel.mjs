// Milliseconds until a large SharedArray has reached a process, and how many copies there are.  node shared-array-travel.mjs PROCESSES

import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { Pipe, Process, SharedArray } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const GIB = 1024 ** 3;
const PAGE = 4096;
const processes = Number(process.argv[2]);
const size = freemem() > 4 * GIB ? GIB : GIB / 4;

async function reader(conn) {
  await conn.send('ready');
  const array = await conn.recv();
  await conn.send(array.get(0) + array.get(array.length - 1));
  await conn.recv();
  const bytes = array.array;
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4096) sum += bytes[at];
  await conn.send(sum);
  await conn.recv();
}

function pssBytes(pid) {
  return Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) * 1024;
}

const shared = new SharedArray('B', size);
const readers = [];
for (let i = 0; i < processes; i++) {
  const [conn, theirs] = Pipe();
  const worker = new Process({ target: reader, args: [theirs] });
  await worker.start();
  theirs.close();
  await conn.recv();
  readers.push({ worker, conn });
}
const everyone = [process.pid, ...readers.map(({ worker }) => worker.pid)];
const pssOfAll = () => everyone.reduce((sum, pid) => sum + pssBytes(pid), 0);
const before = pssOfAll();
shared.array.fill(1);

const times = [];
for (const { conn } of readers) {
  const start = nowNs();
  await conn.send(shared);
  if ((await conn.recv()) !== 2) throw new Error('the array has not arrived');
  times.push(microsecondsSince(start, 1000));
}
for (const { conn } of readers) {
  await conn.send('read all');
  if ((await conn.recv()) !== size / PAGE) throw new Error('the array is not what was sent');
}
const copies = (pssOfAll() - before) / size;
for (const { worker, conn } of readers) {
  await conn.send('end');
  await worker.join();
}
print({ value: Math.max(...times), 'copies by PSS': copies, MiB: size / 1024 ** 2 });
