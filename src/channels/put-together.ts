// Puts the items of an array many at a time, as one frame each, where they are scalars or records of scalars.
//
// Written together, records are columns, which costs half of what they cost one by one; and each frame costs latch and
// commit once. Any other item goes alone: it may share objects with its neighbours, or fail.

import { encodeTogether } from '../serialization/codec.js';
import type { FrameQueue } from './frame-queue.js';
import { INLINE_BYTES } from './ring-segment.js';

/** Fewer are not worth it. */
const FEWEST = 16;
/** More would be several runs of records. */
const MOST = 512;
const FIRST_GUESS = 64;
/** What a frame is to have, so that few turn out too large. */
const AIM_BYTES = INLINE_BYTES * 0.75;
const LONGEST_PAUSE = 4096;

/** The items, if they are an array; if not, none: what an iterator gives may be one object, changed each time. */
export function arrayOf(items: Iterable<unknown>): readonly unknown[] {
  return Array.isArray(items) && Object.getPrototypeOf(items) === Array.prototype ? items : [];
}

export class PutTogether {
  readonly #frames: FrameQueue;
  /** How many items will do for a frame, as far as is known. */
  #guess = FIRST_GUESS;
  /** How many items go alone before it is tried again: doubled whenever that came to nothing. */
  #pause = 0;
  #left = 0;

  constructor(frames: FrameQueue) {
    this.#frames = frames;
  }

  /** Whether to try it, with so many items left; to be asked for each. */
  isWorth(items: number): boolean {
    if (items < FEWEST) return false;
    if (this.#left === 0) return true;
    this.#left--;
    return false;
  }

  /**
   * Puts as many items from `start` on as go into one frame.
   * @param gate Asked with the latch held, before anything is written; may throw.
   * @returns How many; 0 if the next one must go alone.
   */
  put(items: readonly unknown[], start: number, gate: () => void): number {
    for (let count = Math.min(this.#guess, items.length - start); count >= FEWEST; count >>= 1) {
      const bytes = encodeTogether(items.slice(start, start + count));
      if (bytes === undefined) break;
      const fitting = Math.floor((AIM_BYTES / bytes.length) * count);
      this.#guess = Math.max(FEWEST, Math.min(MOST, fitting));
      if (bytes.length > INLINE_BYTES) continue;
      this.#pause = 0;
      return this.#frames.tryPutMany(bytes, count, gate) ? count : 0;
    }
    this.#pause = Math.min(LONGEST_PAUSE, Math.max(FEWEST, this.#pause * 2));
    this.#left = this.#pause - 1;
    return 0;
  }
}
