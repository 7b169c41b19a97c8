// The reading side of a frame queue.
//
//   latch ─ copy frames out ─ COMMIT by `taken` ─ own attachments ─ count ─ latch off
//
// The commit is one store of one word. Who dies before it has taken nothing; who dies after it has taken the frame, and
// the next reader counts again and frees what hung on it.
//
// A segment read to its end is its reader's before it leaves the list, so that it is freed if the reader dies over it:
//
//   SHARED (in the list) ──own──► reader's ──head moves on──┬─► the spare, SHARED again
//                                                           └─► freed, if there is a spare

import { killPoint } from '../base/kill-point.js';
import { type Address, arena } from '../memory/arena.js';
import { copyReceived } from '../platform/received-bytes.js';
import { releaseLatch, takeLatch } from '../sync/latch.js';
import type { ObjectWords } from '../sync/object-words.js';
import { FrameOfMany } from './frame-of-many.js';
import {
  attachmentsAt,
  dropDeadSpare,
  loseAttachmentsAt,
  ownAttachments,
  ReadWord,
  Word,
} from './frame-words.js';
import { type Attachment, IncomingParcel } from './parcel.js';
import { FAR, FRAME_HEADER_WORDS, frameWords, RingSegment, SEGMENT_BYTES, SHARED } from './ring-segment.js';

const scratch = new Uint8Array(SEGMENT_BYTES);

export class FrameReader {
  readonly #object: ObjectWords;
  readonly #own: ObjectWords;
  readonly #onRepaired: () => void;
  #head: RingSegment;
  /** How far the head, in its life of this number, was written at the last look: nobody unwrites it. */
  #seenSequence = -1;
  #seenEnd = 0;
  /** The frame of many items that was met last. */
  #ofMany: FrameOfMany | undefined;

  /**
   * @param own The readers' cell.
   * @param onRepaired Called when a dead reader's work was put right: it may have taken and not woken.
   */
  constructor(object: ObjectWords, own: ObjectWords, onRepaired: () => void) {
    this.#object = object;
    this.#own = own;
    this.#onRepaired = onRepaired;
    this.#head = new RingSegment(own.load(ReadWord.head));
  }

  /** Takes the oldest frame. Its bytes are scratch memory: open it at once, or `keep` it. */
  read(): IncomingParcel | undefined {
    this.#take();
    try {
      const segment = this.#nextToRead();
      if (segment === undefined) return undefined;
      const start = segment.takenEnd;
      return isOfMany(segment, start)
        ? this.#takeOfMany(segment, start, 1)[0]
        : this.#readOne(segment, start);
    } finally {
      this.#release();
    }
  }

  /** Takes up to `max` frames with one commit: those that stand together and have no attachments. */
  readBatch(max: number): IncomingParcel[] {
    this.#take();
    try {
      const segment = this.#nextToRead();
      if (!segment) return [];
      if (isOfMany(segment, segment.takenEnd)) return this.#takeOfMany(segment, segment.takenEnd, max);
      const batch = this.#readTogether(segment, segment.takenEnd, max);
      return batch.length > 0 ? batch : [this.#readOne(segment, segment.takenEnd).keep()];
    } finally {
      this.#release();
    }
  }

  /** Size of the oldest frame's payload, without taking it; undefined if there is none. */
  peekBytes(): number | undefined {
    this.#take();
    try {
      const segment = this.#nextToRead();
      if (!segment) return undefined;
      const at = segment.base + segment.takenEnd;
      const head = segment.words[at];
      return head === FAR ? segment.words[at + FRAME_HEADER_WORDS + 1] >>> 0 : head;
    } finally {
      this.#release();
    }
  }

  /** Takes the latch and gives it back: whatever a dead reader left is put right. */
  repair(): void {
    this.#take();
    this.#release();
  }

  /** The segment that is read now; only when nobody can reach the queue any more. */
  get lastSegment(): number {
    return this.#head.at;
  }

  #take(): void {
    const { words, base, pointer } = this.#own;
    if (takeLatch(words, base + ReadWord.readLatch, pointer)) this.#repair();
  }

  #release(): void {
    const { words, base, pointer } = this.#own;
    releaseLatch(words, base + ReadWord.readLatch, pointer);
  }

  /** Says how many frames were taken. Others see it when they see the latch free, at the latest. */
  #count(taken: number): void {
    const { words, base } = this.#own;
    words[base + ReadWord.taken] = taken;
  }

  /** The segment with the oldest frame; those read to the end are given up on the way. */
  #nextToRead(): RingSegment | undefined {
    const at = this.#own.words[this.#own.base + ReadWord.head];
    if (this.#head.at !== at) this.#follow(at);
    for (;;) {
      const segment = this.#head;
      const { takenEnd } = segment;
      if (takenEnd < this.#seenEnd && segment.takenSequence === this.#seenSequence) return segment; // FAST PATH
      const { next } = segment; // before `end`: once there is a next one, the end is final
      this.#seenEnd = segment.end;
      this.#seenSequence = segment.takenSequence;
      if (takenEnd !== this.#seenEnd) return segment;
      // Until the writer has moved on, it (or who puts its work right) needs the link in this one.
      if (next === 0 || this.#object.load(Word.tail) === segment.at) return undefined;
      const { self } = arena().session;
      const mine = arena().passOn(segment.at, SHARED, self); // if not, it is a dead reader's, and freed with it
      CHAOS: killPoint('queue.get.owned');
      this.#own.store(ReadWord.head, next);
      this.#follow(next);
      CHAOS: killPoint('queue.get.unlinked');
      if (mine) this.#retire(segment.at);
    }
  }

  #follow(at: Address): void {
    this.#head = new RingSegment(at);
    this.#seenEnd = 0;
  }

  #retire(at: Address): void {
    const memory = arena();
    if (this.#object.swap(Word.spare, 0, at)) {
      CHAOS: killPoint('queue.get.spared');
      memory.passOn(at, memory.session.self, SHARED); // until now no writer takes it
    } else {
      memory.free(at);
    }
  }

  #readOne(segment: RingSegment, start: number): IncomingParcel {
    const head = segment.words[segment.base + start];
    const attachments = attachmentsAt(segment, start);
    const payloadAt = segment.base + start + FRAME_HEADER_WORDS + 2 * attachments.length;
    const far = head === FAR;
    const bytes = copyOut(segment.bytes, payloadAt * 4, far ? 0 : head);
    CHAOS: killPoint('queue.get.copied');
    if (attachments.length > 0) segment.takeIntent = start;
    const taken = segment.take(1, start + frameWords(bytes.length, attachments.length));
    CHAOS: killPoint('queue.get.committed');
    if (attachments.length > 0) {
      ownAttachments(attachments);
      segment.takeIntent = 0; // later the same address may be on its way again, in another frame
    }
    this.#count(taken);
    return far ? fromAttachment(attachments) : new IncomingParcel(bytes, attachments);
  }

  #takeOfMany(segment: RingSegment, start: number, most: number): IncomingParcel[] {
    if (!this.#ofMany?.isAt(segment, start)) this.#ofMany = new FrameOfMany(segment, start);
    const items = this.#ofMany.take(segment, most);
    CHAOS: killPoint('queue.get-many.committed');
    this.#count(segment.takenCount);
    return items;
  }

  #readTogether(segment: RingSegment, start: number, max: number): IncomingParcel[] {
    const { words, base } = segment;
    const end = this.#seenEnd;
    const bounds: number[] = [];
    let at = start;
    while (at < end && bounds.length < 2 * max && words[base + at + 1] === 0) {
      const size = words[base + at];
      bounds.push((at - start + FRAME_HEADER_WORDS) * 4, size);
      at += frameWords(size, 0);
    }
    if (bounds.length === 0) return [];
    const copy = segment.bytes.slice((base + start) * 4, (base + at) * 4);
    const taken = segment.take(bounds.length / 2, at);
    CHAOS: killPoint('queue.get.committed');
    this.#count(taken);
    const parcels: IncomingParcel[] = [];
    for (let i = 0; i < bounds.length; i += 2) {
      parcels.push(new IncomingParcel(copy.subarray(bounds[i], bounds[i] + bounds[i + 1])));
    }
    return parcels;
  }

  /** The reader before died with the latch: counts again, frees attachments of a frame it took and never owned. */
  #repair(): void {
    const segment = new RingSegment(this.#own.load(ReadWord.head));
    const { takeIntent } = segment;
    if (takeIntent !== 0 && takeIntent < segment.takenEnd) loseAttachmentsAt(segment, takeIntent);
    segment.takeIntent = 0;
    const { takenCount } = segment;
    dropDeadSpare(this.#object);
    this.#nextToRead(); // past a segment that is the dead one's
    this.#own.store(ReadWord.taken, takenCount); // last: what was given back is never counted nowhere
    this.#onRepaired();
  }
}

function isOfMany({ words, base }: RingSegment, start: number): boolean {
  return words[base + start + 1] < 0;
}

/** A payload too large for a segment came as the first attachment. */
function fromAttachment([first, ...rest]: readonly Attachment[]): IncomingParcel {
  const bytes = copyReceived(arena().bytesOf(first.at, 0, first.sizeBytes));
  arena().free(first.at);
  return new IncomingParcel(bytes, rest);
}

// Short copies by hand: a call of `set` with a new subarray costs more than sixty stores.
const BY_HAND = 64;

// Views of the scratch memory by their length: making one costs as much as reading a small message.
const VIEWS_KEPT = 1024;
const views = new Array<Uint8Array | undefined>(VIEWS_KEPT).fill(undefined);

function copyOut(from: Uint8Array, at: number, length: number): Uint8Array {
  if (length > BY_HAND) scratch.set(from.subarray(at, at + length));
  else for (let i = 0; i < length; i++) scratch[i] = from[at + i];
  if (length >= VIEWS_KEPT) return scratch.subarray(0, length);
  return (views[length] ??= scratch.subarray(0, length));
}
