// A ring segment: a block that frames are written into one after another, once; then it is used again.
//
//   word 0      1           2      3          4                16      17           18     19              32
//   ┌──────┬───────────┬──────┬──────────┬────────┬ ─ ─ ─ ─ ─┬───────┬────────────┬──────┬──────────┬ ─ ─ ┬─────────┬───
//   │ next │ committed │ base │ sequence │ intent │          │ taken │ takeIntent │ base │ sequence │     │ frame 0 │ …
//   └──────┴───────────┴──────┴──────────┴────────┴ ─ ─ ─ ─ ─┴───────┴────────────┴──────┴──────────┴ ─ ─ ┴─────────┴───
//    the writers' cache line                                 the readers'; two words are in both
//
//   committed, taken:  frames << 14 | end in words        one store publishes a frame, one store takes it
//
//   frame:  [ payload bytes │ attachments ] [ address │ bytes ] × attachments [ payload, padded to a word ]
//   a payload above INLINE_BYTES is not here but in the first attachment: then the first word is FAR
//
//   a frame of many items:  [ payload bytes │ -items │ items before it in the segment ] [ payload, padded to a word ]
//   It counts as its items. Each is taken by itself: `taken` counts it, and its end stays at the frame's start until the last.

import { type Address, arena, indexOf } from '../memory/arena.js';

const Word = {
  next: 0,
  committed: 1,
  base: 2,
  sequence: 3,
  intent: 4,
  taken: 16,
  takeIntent: 17,
  takenBase: 18,
  takenSequence: 19,
  words: 32,
} as const;

export const SEGMENT_BYTES = 32 * 1024;
const SEGMENT_WORDS = SEGMENT_BYTES / 4;
export const INLINE_BYTES = 8 * 1024;
export const FAR = 0x40000000;
export const FRAME_HEADER_WORDS = 2;
export const MANY_HEADER_WORDS = 3;

const END_BITS = 14;
const END_MASK = (1 << END_BITS) - 1;

/** Owner of what belongs to a shared object and to no process. */
export const SHARED = 0x3ffffffe;

/** A segment as seen by this process. */
export class RingSegment {
  readonly at: Address;
  readonly words: Int32Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly base: number;

  constructor(at: Address) {
    const segment = arena().segmentOf(at);
    this.at = at;
    this.words = segment.words;
    this.bytes = segment.bytes;
    this.base = segment.wordsOf(indexOf(at));
  }

  /** Makes it new: no frames, `base` frames have been before it. */
  clear(base: number, sequence: number): void {
    const { words } = this;
    words.fill(0, this.base, this.base + Word.words);
    words[this.base + Word.base] = base;
    words[this.base + Word.sequence] = sequence;
    words[this.base + Word.takenBase] = base;
    words[this.base + Word.takenSequence] = sequence;
    words[this.base + Word.taken] = Word.words;
    Atomics.store(words, this.base + Word.committed, Word.words);
  }

  get next(): Address {
    return Atomics.load(this.words, this.base + Word.next);
  }

  set next(at: Address) {
    Atomics.store(this.words, this.base + Word.next, at);
  }

  /** Where the next frame is written, in words from the start of the segment. With the writers' latch held. */
  get endToWrite(): number {
    return this.words[this.base + Word.committed] & END_MASK;
  }

  /** The same, for anybody. */
  get end(): number {
    return Atomics.load(this.words, this.base + Word.committed) & END_MASK;
  }

  /** Where the next frame is read. With the readers' latch held. */
  get takenEnd(): number {
    return this.words[this.base + Word.taken] & END_MASK;
  }

  /** Frames put up to the end of this segment, since the beginning. */
  get putCount(): number {
    return (
      (this.words[this.base + Word.base] +
        (Atomics.load(this.words, this.base + Word.committed) >>> END_BITS)) |
      0
    );
  }

  /** Frames taken up to here, since the beginning. */
  get takenCount(): number {
    return (
      (this.words[this.base + Word.takenBase] +
        (Atomics.load(this.words, this.base + Word.taken) >>> END_BITS)) |
      0
    );
  }

  /** Frames put in this segment. With the writers' latch held. */
  get putHere(): number {
    return this.words[this.base + Word.committed] >>> END_BITS;
  }

  /** Frames taken from this segment. With the readers' latch held. */
  get takenHere(): number {
    return this.words[this.base + Word.taken] >>> END_BITS;
  }

  get sequence(): number {
    return this.words[this.base + Word.sequence];
  }

  /** The same, for readers: it is in their cache line. */
  get takenSequence(): number {
    return this.words[this.base + Word.takenSequence];
  }

  hasRoomFor(words: number): boolean {
    return this.endToWrite + words <= SEGMENT_WORDS;
  }

  // Between the latches nobody else writes: what is there is read without Atomics, each of which is a call of 10 ns.

  /** Publishes the frames up to `end`: the commit of a put. With the writers' latch held. @returns `putCount` from now on. */
  commit(frames: number, end: number): number {
    const { words, base } = this;
    const count = (words[base + Word.committed] >>> END_BITS) + frames;
    Atomics.store(words, base + Word.committed, (count << END_BITS) | end);
    return (words[base + Word.base] + count) | 0;
  }

  /** Takes the frames up to `end`: the commit of a get. With the readers' latch held. @returns `takenCount` from now on. */
  take(frames: number, end: number): number {
    const { words, base } = this;
    const count = (words[base + Word.taken] >>> END_BITS) + frames;
    Atomics.store(words, base + Word.taken, (count << END_BITS) | end);
    return (words[base + Word.takenBase] + count) | 0;
  }

  /** Where a frame with attachments begins that is about to be committed. */
  get intent(): number {
    return this.words[this.base + Word.intent];
  }

  set intent(at: number) {
    Atomics.store(this.words, this.base + Word.intent, at);
  }

  /** Where a frame with attachments begins that is about to be taken. */
  get takeIntent(): number {
    return this.words[this.base + Word.takeIntent];
  }

  set takeIntent(at: number) {
    Atomics.store(this.words, this.base + Word.takeIntent, at);
  }
}

/** How many words a frame of many items takes. */
export function manyFrameWords(payloadBytes: number): number {
  return MANY_HEADER_WORDS + ((payloadBytes + 3) >>> 2);
}

/** How many words a frame takes. */
export function frameWords(payloadBytes: number, attachments: number): number {
  return FRAME_HEADER_WORDS + 2 * attachments + ((payloadBytes + 3) >>> 2);
}
