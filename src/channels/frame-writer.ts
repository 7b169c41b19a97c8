// The writing side of a frame queue.
//
//   latch ─ write frames behind `committed` ─ seal attachments ─ COMMIT ─ count ─ latch off
//
// The commit is one store of one word. Who dies before it has written nothing; who dies after it has written all, and the
// next writer counts again. A new segment is its writer's until it is in the list, so that it is freed if the writer dies
// before that; then it is SHARED.

import { killPoint } from '../base/kill-point.js';
import { type Address, arena } from '../memory/arena.js';
import { ON_THE_WAY } from '../memory/segment.js';
import { blockSlabFor } from '../memory/slab-class.js';
import { releaseLatch, takeLatch } from '../sync/latch.js';
import type { ObjectWords } from '../sync/object-words.js';
import type { FrameBatch } from './frame-batch.js';
import { dropAttachmentsAt, dropDeadSpare, ReadWord, Word } from './frame-words.js';
import type { OutgoingParcel } from './parcel.js';
import {
  FAR,
  frameWords,
  MANY_HEADER_WORDS,
  manyFrameWords,
  RingSegment,
  SEGMENT_BYTES,
  SHARED,
} from './ring-segment.js';

const segmentSlab = blockSlabFor(SEGMENT_BYTES);

export class FrameWriter {
  readonly #object: ObjectWords;
  readonly #words: Int32Array;
  readonly #base: number;
  readonly #readSide: ObjectWords;
  readonly #onRepaired: () => void;
  #tail: RingSegment;

  /**
   * @param readSide The readers' cell.
   * @param onRepaired Called when a dead writer's work was put right: it may have written and not woken.
   */
  constructor(object: ObjectWords, readSide: ObjectWords, onRepaired: () => void) {
    this.#object = object;
    this.#readSide = readSide;
    this.#words = object.words;
    this.#base = object.base;
    this.#onRepaired = onRepaired;
    this.#tail = new RingSegment(object.load(Word.tail));
  }

  /** Writes one frame; false if there is no room. @param gate Asked with the latch held; may throw. */
  write(parcel: OutgoingParcel, full: () => boolean, gate: (() => void) | undefined): boolean {
    const words = frameWords(parcel.bytes.length, parcel.attachments.length);
    this.#take();
    try {
      gate?.();
      if (full() || !this.#makeRoom(words)) return false;
      this.#writeParcel(parcel, words);
      return true;
    } finally {
      this.#release();
    }
  }

  /** Writes frames made beforehand, with one commit; false if there is no room. */
  writeBatch(batch: FrameBatch, gate: (() => void) | undefined): boolean {
    this.#take();
    try {
      gate?.();
      if (!this.#makeRoom(batch.length)) return false;
      const segment = this.#tail;
      const start = segment.endToWrite;
      segment.words.set(batch.words, segment.base + start);
      this.#count(segment.commit(batch.frames, start + batch.length));
      return true;
    } finally {
      this.#release();
    }
  }

  /** Writes one frame of many items, the payload of which is `bytes`; false if there is no room. */
  writeMany(bytes: Uint8Array, items: number, gate: (() => void) | undefined): boolean {
    const size = manyFrameWords(bytes.length);
    this.#take();
    try {
      gate?.();
      if (!this.#makeRoom(size)) return false;
      const segment = this.#tail;
      const start = segment.endToWrite;
      const { words } = segment;
      const at = segment.base + start;
      words[at] = bytes.length;
      words[at + 1] = -items;
      words[at + 2] = segment.putHere;
      segment.bytes.set(bytes, (at + MANY_HEADER_WORDS) * 4);
      CHAOS: killPoint('queue.put-many.written');
      const put = segment.commit(items, start + size);
      CHAOS: killPoint('queue.put-many.committed');
      this.#count(put);
      return true;
    } finally {
      this.#release();
    }
  }

  /** Takes the latch and gives it back: whatever a dead writer left is put right. */
  repair(): void {
    this.#take();
    this.#release();
  }

  #take(): void {
    const abandoned = takeLatch(this.#words, this.#base + Word.writeLatch, this.#object.pointer);
    this.#followTail();
    if (abandoned) this.#repair();
  }

  #release(): void {
    releaseLatch(this.#words, this.#base + Word.writeLatch, this.#object.pointer);
  }

  /** Says how many frames were put. Others see it when they see the latch free, at the latest. */
  #count(put: number): void {
    this.#words[this.#base + Word.put] = put;
  }

  #followTail(): void {
    const at = this.#words[this.#base + Word.tail];
    if (this.#tail.at !== at) this.#tail = new RingSegment(at);
  }

  /** Makes sure that `words` fit behind what is committed; false if the segment limit forbids it. */
  #makeRoom(words: number): boolean {
    const tail = this.#tail;
    if (tail.hasRoomFor(words)) return true; // FAST PATH
    const limit = this.#words[this.#base + Word.segmentLimit];
    if (limit > 0) {
      const head = new RingSegment(this.#readSide.load(ReadWord.head));
      if (tail.sequence - head.sequence + 1 >= limit) return false;
    }
    const next = new RingSegment(this.#takeSpare() ?? arena().take(segmentSlab));
    CHAOS: killPoint('queue.put.segment');
    next.clear(tail.putCount, tail.sequence + 1);
    tail.next = next.at;
    CHAOS: killPoint('queue.put.linked');
    this.#object.store(Word.tail, next.at);
    this.#tail = next;
    arena().passOn(next.at, arena().session.self, SHARED);
    return true;
  }

  /** The spare segment, if there is one, as this process's own. */
  #takeSpare(): Address | undefined {
    const memory = arena();
    const spare = this.#object.load(Word.spare);
    if (spare === 0 || !memory.passOn(spare, SHARED, memory.session.self)) return undefined;
    CHAOS: killPoint('queue.put.spare');
    this.#object.swap(Word.spare, spare, 0);
    return spare;
  }

  #writeParcel(parcel: OutgoingParcel, frame: number): void {
    const { bytes, attachments, far } = parcel;
    const segment = this.#tail;
    const { words } = segment;
    const start = segment.endToWrite;
    let at = segment.base + start;
    words[at++] = far ? FAR : bytes.length;
    words[at++] = attachments.length;
    for (const { at: address, sizeBytes } of attachments) {
      words[at++] = address;
      words[at++] = sizeBytes;
    }
    copyBytes(bytes, segment.bytes, at * 4);
    CHAOS: killPoint('queue.put.written');
    if (attachments.length > 0) {
      segment.intent = start;
      parcel.seal(ON_THE_WAY);
      CHAOS: killPoint('queue.put.sealed');
    }
    const put = segment.commit(1, start + frame);
    CHAOS: killPoint('queue.put.committed');
    this.#count(put);
  }

  /** The writer before died with the latch: counts again, frees attachments of a frame that was never committed. */
  #repair(): void {
    if (this.#tail.next !== 0) {
      this.#object.store(Word.tail, this.#tail.next);
      this.#followTail();
    }
    dropDeadSpare(this.#object);
    arena().passOn(this.#tail.at, arena().ownerOf(this.#tail.at), SHARED); // its writer may have died before it did so
    this.#object.store(Word.put, this.#tail.putCount);
    const { intent } = this.#tail;
    if (intent !== 0 && intent === this.#tail.end) dropAttachmentsAt(this.#tail, intent);
    this.#tail.intent = 0;
    this.#onRepaired();
  }
}

// Short copies by hand: a call of `set` costs more than sixty stores.
const BY_HAND = 64;

function copyBytes(from: Uint8Array, to: Uint8Array, at: number): void {
  const { length } = from;
  if (length > BY_HAND) to.set(from, at);
  else for (let i = 0; i < length; i++) to[at + i] = from[i];
}
