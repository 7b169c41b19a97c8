// Gigabytes a second that one core copies, in pieces of 1 MiB to memory that is no longer in its cache.  node memcpy.mjs PIECES

import { nowNs, perSecondSince, print } from '../support/figures.mjs';

const SIZE = 1 << 20;
const pieces = Number(process.argv[2]);
const source = Buffer.alloc(SIZE, 7);
const targets = Array.from({ length: 128 }, () => Buffer.alloc(SIZE, 1));

function copy(count) {
  for (let i = 0; i < count; i++) source.copy(targets[i % targets.length]);
}

copy(targets.length);
const start = nowNs();
copy(pieces);
print({ value: perSecondSince(start, pieces * SIZE) / 1e9 });
