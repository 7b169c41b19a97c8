// What items a segment can hold, and how many: fixed classes, so that a segment is an array and not a heap.

export interface SlabClass {
  /** Its number in segment headers: the index in `slabClasses`. */
  readonly code: number;
  readonly name: string;
  /** Bytes of one item; 0 for the class whose items have the size that was asked for. */
  readonly itemBytes: number;
  /** Items of one segment. */
  readonly count: number;
  /** How many bytes are reserved at a time. */
  readonly commitBytes: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const slabClasses: readonly SlabClass[] = (
  [
    // Locks, events, queues, ends of pipes: the words of one shared object.
    { name: 'object', itemBytes: 64, count: 16384, commitBytes: 64 * KIB },
    // Somebody who sleeps, or is about to.
    { name: 'waiter', itemBytes: 64, count: 4096, commitBytes: 16 * KIB },
    // "This agent holds that object (n times)": ends of pipes, permits of semaphores.
    { name: 'hold', itemBytes: 32, count: 8192, commitBytes: 16 * KIB },
    // Bytes: ring segments, large payloads, parcels.
    { name: 'block-4k', itemBytes: 4 * KIB, count: 1024, commitBytes: 32 * KIB },
    { name: 'block-32k', itemBytes: 32 * KIB, count: 512, commitBytes: 128 * KIB },
    { name: 'block-256k', itemBytes: 256 * KIB, count: 64, commitBytes: 256 * KIB },
    { name: 'block-1m', itemBytes: MIB, count: 16, commitBytes: MIB },
    { name: 'block-4m', itemBytes: 4 * MIB, count: 4, commitBytes: 4 * MIB },
    { name: 'block-own-size', itemBytes: 0, count: 1, commitBytes: 0 },
  ] as const
).map((slab, code) => Object.freeze({ code, ...slab }));

function slabNamed(name: string): SlabClass {
  return slabClasses.find((slab) => slab.name === name) as SlabClass;
}

export const objectSlab = slabNamed('object');
export const waiterSlab = slabNamed('waiter');
export const holdSlab = slabNamed('hold');

const blockSlabs = slabClasses.filter((slab) => slab.name.startsWith('block-') && slab.itemBytes > 0);
const ownSizeSlab = slabNamed('block-own-size');

/** The class for a block of at least this many bytes. */
export function blockSlabFor(sizeBytes: number): SlabClass {
  return blockSlabs.find((slab) => slab.itemBytes >= sizeBytes) ?? ownSizeSlab;
}

/** The classes of blocks that are larger than this one, the smallest first. */
export function largerBlockSlabs(slab: SlabClass): readonly SlabClass[] {
  return slab === ownSizeSlab ? [] : blockSlabs.filter(({ itemBytes }) => itemBytes > slab.itemBytes);
}
