// Milliseconds of sending a function: the first, the next ones, one that was sent before.  node shipping.mjs

import { Queue } from '../../dist/index.js';
import { nowNs, print } from '../support/figures.mjs';

const again = 2000;

const addend = 3;
const first = (n) => n + addend;
const functions = [
  (n) => n + addend,
  (n) => n - addend,
  (n) => n * addend,
  (n) => n / addend,
  (n) => n % addend,
  (n) => n ** addend,
  (n) => addend - n,
  (n) => addend / n,
  (n) => addend % n,
  (n) => n & addend,
  (n) => n | addend,
  (n) => n ^ addend,
  (n) => n << addend,
  (n) => n >> addend,
  (n) => n > addend,
  (n) => n < addend,
  (n) => n >= addend,
  (n) => n <= addend,
  (n) => n === addend,
  (n) => n !== addend,
  (n) => -n + addend,
  (n) => ~n + addend,
  (n) => n * n + addend,
  (n) => [n, addend],
];

const millisecondsOf = (send) => {
  const start = nowNs();
  send();
  return (nowNs() - start) / 1e6;
};
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

let sum = 0;
function hotLoop() {
  for (let i = 0; i < 5e6; i++) sum = (sum + i * 7) % 1000003;
}
/** Of the processor: on a busy machine the clock says more of the others. */
function hotLoopMs() {
  const times = Array.from({ length: 12 }, () => {
    const start = process.cpuUsage().user;
    hotLoop();
    return process.cpuUsage().user - start;
  });
  return Math.min(...times) / 1000;
}

const queue = new Queue();
await queue.put(0);
await queue.get();
const loopBefore = hotLoopMs();
const value = millisecondsOf(() => queue.putNowait(first));
await queue.get();
const next = [];
for (const fn of functions) {
  next.push(millisecondsOf(() => queue.putNowait(fn)));
  await queue.get();
}
const cached = [];
for (let i = 0; i < again; i++) {
  cached.push(millisecondsOf(() => queue.putNowait(first)));
  if (i % 100 === 99) await queue.getMany(100);
}
print({
  value,
  'each next one': median(next),
  'one sent before': median(cached),
  'a hot loop afterwards': hotLoopMs() / loopBefore,
});
process.exit(0);
