// Microseconds of one blocking acquire and release.  node lock-uncontended.mjs PAIRS

import { Lock } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const pairs = Number(process.argv[2]);
const lock = new Lock();

function takeAndRelease(times) {
  for (let i = 0; i < times; i++) {
    lock.acquireSync();
    lock.release();
  }
}

takeAndRelease(pairs / 10);
const start = nowNs();
takeAndRelease(pairs);
print({ value: microsecondsSince(start, pairs) });
