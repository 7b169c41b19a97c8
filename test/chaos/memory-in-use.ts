// How much of each kind of shared memory is in use, for tests of what comes back.

import { arena } from '../../src/memory/arena.js';
import { holdSlab, slabClasses } from '../../src/memory/slab-class.js';

/** Items in use: blocks of each size, and holds. */
export function memoryInUse(): Record<string, number> {
  const used: Record<string, number> = {};
  for (const slab of slabClasses) {
    if (slab !== holdSlab && !slab.name.startsWith('block-')) continue;
    used[slab.name] = [...arena().itemsOf(slab)].length;
  }
  return used;
}
