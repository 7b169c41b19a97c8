// Seconds to make many locks, and what they take.  node lock-many.mjs LOCKS

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { Lock } from '../../dist/index.js';
import { nowNs, print } from '../support/figures.mjs';

const count = Number(process.argv[2]);

/** Memory that the files of the session really take (0 where /proc does not tell). */
function sharedBytes() {
  let maps = '';
  try {
    maps = readFileSync('/proc/self/maps', 'utf8');
  } catch {
    return 0;
  }
  const files = new Set(
    maps.match(/\/\S*manyhands\S*\/\S+$/gm)?.filter((file) => !/\.(js|mjs|node)$/.test(file)),
  );
  return [...files].reduce((sum, file) => sum + statSync(file).blocks * 512, 0);
}

function descriptors() {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

let locks = Array.from({ length: 1000 }, () => new Lock()); // warm-up
const before = { bytes: sharedBytes(), descriptors: descriptors() };
const start = nowNs();
locks = Array.from({ length: count }, () => new Lock());
const seconds = (nowNs() - start) / 1e9;
const took = { bytes: sharedBytes() - before.bytes, descriptors: descriptors() - before.descriptors };
locks.at(-1).acquireSync(); // they are in use to the end
print({ value: seconds, 'shared bytes each': took.bytes / count, 'descriptors for all': took.descriptors });
