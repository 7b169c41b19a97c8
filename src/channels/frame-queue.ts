// The channel under queues and pipes: frames in a linked list of ring segments, many writers, many readers.
//
//             readers                                               writers
//   taken ──► [ segment ] ──next──► [ segment ] ──next──► [ segment ] ◄── committed
//             head                                         tail
//
// Writers are kept apart by one latch, readers by another; a writer and a reader never meet.
//   put:  (value serialized before) latch ─ write frame behind `committed` ─ seal attachments ─ COMMIT ─ count ─ latch off ─ wake
//   get:  latch ─ copy frame out ─ COMMIT by `taken` ─ own attachments ─ count ─ latch off ─ (value decoded after)
// Either commit is one store of one word. Whoever dies before it has done nothing, whoever dies after it has done
// all: the next one finds the latch with a dead id and puts the counts and a half-passed-on attachment right.
// A segment that has been read to its end is kept as the spare, or freed.

import { killPoint } from '../base/kill-point.js';
import { AGENT_MASK } from '../memory/agent.js';
import { type Address, arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { ON_THE_WAY } from '../memory/segment.js';
import { Session } from '../memory/session.js';
import { blockSlabFor } from '../memory/slab-class.js';
import { dropAttachment } from '../sync/attachment.js';
import { releaseLatch, takeLatch } from '../sync/latch.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import { WaitQueue } from '../sync/wait-queue.js';
import { type Attachment, copyOf, IncomingParcel, type OutgoingParcel } from './parcel.js';
import {
  FAR,
  FRAME_HEADER_WORDS,
  frameWords,
  INLINE_BYTES,
  RingSegment,
  SEGMENT_BYTES,
  SHARED,
} from './ring-segment.js';

const Word = layout([
  'kind',
  'writeLatch',
  'readLatch',
  'head', //        address of the segment that is read; under the read latch
  'tail', //        address of the segment that is written; under the write latch
  'put', //         frames ever put, modulo 2^32
  'taken', //       frames ever taken
  'frameLimit', //  at most so many frames at a time, 0 for no limit
  'segmentLimit', // at most so many segments, 0 for no limit
  'spare', //       a segment to be used again
  'room', //        address of the cell in which writers wait
  'latch',
  'waitHead',
  'waitTail',
  'waitCount', //   readers who wait
]);
const Room = layout(['kind', 'latch', 'waitHead', 'waitTail', 'waitCount']);

const frameQueueKind = defineKind({
  code: 10,
  name: 'FrameQueue',
  recover(object, dead) {
    const held = [Word.writeLatch, Word.readLatch].some((word) => (object.load(word) & AGENT_MASK) === dead);
    if (held) FrameQueue.attach(object.at).repair();
  },
});
const roomKind = defineKind({ code: 11, name: 'Room' });
const segmentSlab = blockSlabFor(SEGMENT_BYTES);

export interface FrameQueueLimits {
  /** At most so many frames at a time; 0 for no limit. */
  frames?: number;
  /** At most so many ring segments; 0 for no limit. */
  segments?: number;
}

const scratch = new Uint8Array(SEGMENT_BYTES);

export class FrameQueue {
  /** Who waits for a frame. */
  readonly readers: WaitQueue;
  /** Who waits for room. */
  readonly writers: WaitQueue;
  readonly #object: ObjectWords;
  readonly #words: Int32Array;
  readonly #base: number;
  #head: RingSegment;
  #tail: RingSegment;

  private constructor(object: ObjectWords) {
    this.#object = object;
    this.#words = object.words;
    this.#base = object.base;
    this.readers = new WaitQueue(object.at, Word.latch);
    this.writers = new WaitQueue(object.load(Word.room), Room.latch);
    this.#head = new RingSegment(object.load(Word.head));
    this.#tail = new RingSegment(object.load(Word.tail));
  }

  /** @throws {SystemCallError} With code ENOSPC if shared memory is full. */
  static create(limits: FrameQueueLimits): FrameQueue {
    const object = ObjectWords.create(frameQueueKind);
    const segment = new RingSegment(arena().take(segmentSlab, SHARED));
    segment.clear(0, 0);
    object.store(Word.room, ObjectWords.create(roomKind).at);
    object.store(Word.frameLimit, limits.frames ?? 0);
    object.store(Word.segmentLimit, limits.segments ?? 0);
    object.store(Word.head, segment.at);
    object.store(Word.tail, segment.at);
    return new FrameQueue(object);
  }

  /** @throws {SerializationError} If there is no such queue at the address. */
  static attach(at: unknown): FrameQueue {
    return new FrameQueue(ObjectWords.attach(at, frameQueueKind));
  }

  get address(): Address {
    return this.#object.at;
  }

  /** Frames in the queue now. */
  get size(): number {
    const taken = this.#object.load(Word.taken);
    return Math.max(0, (this.#object.load(Word.put) - taken) | 0);
  }

  get frameLimit(): number {
    return this.#words[this.#base + Word.frameLimit];
  }

  get full(): boolean {
    const limit = this.frameLimit;
    return limit > 0 && this.size >= limit;
  }

  /**
   * Puts a parcel, if there is room.
   * @param gate Asked with the latch held, before anything is written; may throw.
   * @throws {SystemCallError} With code ENOSPC if shared memory is full; nothing has been put.
   */
  tryPut(parcel: OutgoingParcel, gate?: () => void): boolean {
    if (parcel.bytes.length > INLINE_BYTES) parcel.moveOut();
    const words = frameWords(parcel.bytes.length, parcel.attachments.length);
    this.#latchWrite();
    try {
      gate?.();
      if (this.full || !this.#makeRoom(words)) return false;
      this.#write(parcel, words);
    } finally {
      releaseLatch(this.#words, this.#base + Word.writeLatch, this.#object.pointer);
    }
    CHAOS: killPoint('queue.put.released');
    this.readers.wake(1);
    return true;
  }

  /** Takes the oldest frame, if there is one. Its bytes are scratch memory: open it at once, or `keep` it. */
  tryTake(): IncomingParcel | undefined {
    if (this.#words[this.#base + Word.put] === Atomics.load(this.#words, this.#base + Word.taken))
      return undefined;
    return this.#take((segment, at) => this.#readOne(segment, at));
  }

  /** Looks at the payload size of the oldest frame without taking it; undefined if there is none. */
  peekBytes(): number | undefined {
    let size: number | undefined;
    this.#take((segment, at) => {
      const { words, base } = segment;
      const head = words[base + at];
      size = head === FAR ? words[base + at + FRAME_HEADER_WORDS + 1] >>> 0 : head;
      return undefined;
    });
    return size;
  }

  /** Frees everything, frames not yet read included. Only when nobody can reach the queue any more. */
  destroy(): void {
    for (let parcel = this.#take((s, at) => this.#readOne(s, at)); parcel; ) {
      parcel.discard();
      parcel = this.#take((s, at) => this.#readOne(s, at));
    }
    const spare = this.#object.load(Word.spare);
    if (spare !== 0) arena().free(spare);
    arena().free(this.#head.at);
    const room = this.#object.load(Word.room);
    this.#object.store(Word.kind, 0);
    arena().free(room);
    arena().free(this.#object.at);
  }

  /** Puts right what a dead process may have left half-done. */
  repair(): void {
    this.#latchWrite();
    releaseLatch(this.#words, this.#base + Word.writeLatch, this.#object.pointer);
    this.peekBytes();
  }

  // ── writing, under the write latch ──────────────────────────────────────────────────────────────────────────

  #latchWrite(): void {
    const abandoned = takeLatch(this.#words, this.#base + Word.writeLatch, this.#object.pointer);
    this.#followTail();
    if (abandoned) this.#repairWriting();
  }

  #followTail(): void {
    const at = this.#words[this.#base + Word.tail];
    if (this.#tail.at !== at) this.#tail = new RingSegment(at);
  }

  /** Makes sure that `words` fit behind what is committed; false if the segment limit forbids it. */
  #makeRoom(words: number): boolean {
    if (this.#tail.hasRoomFor(words)) return true;
    const limit = this.#words[this.#base + Word.segmentLimit];
    const head = new RingSegment(this.#object.load(Word.head));
    if (limit > 0 && this.#tail.sequence - head.sequence + 1 >= limit) return false;
    const spare = Atomics.exchange(this.#words, this.#base + Word.spare, 0);
    const next = new RingSegment(spare !== 0 ? spare : arena().take(segmentSlab, SHARED));
    next.clear(this.#tail.putCount, this.#tail.sequence + 1);
    this.#tail.next = next.at;
    CHAOS: killPoint('queue.put.linked');
    this.#object.store(Word.tail, next.at);
    this.#tail = next;
    return true;
  }

  #write(parcel: OutgoingParcel, frame: number): void {
    const { bytes, attachments, far } = parcel;
    const segment = this.#tail;
    const { words } = segment;
    const start = segment.end;
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
    segment.commit(start + frame);
    CHAOS: killPoint('queue.put.committed');
    this.#object.store(Word.put, segment.putCount);
  }

  /** The writer before died with the latch: counts again, frees attachments of a frame that was never committed. */
  #repairWriting(): void {
    if (this.#tail.next !== 0) {
      this.#object.store(Word.tail, this.#tail.next);
      this.#followTail();
    }
    this.#object.store(Word.put, this.#tail.putCount);
    const { intent } = this.#tail;
    if (intent === this.#tail.end) this.#dropAttachmentsAt(this.#tail, intent);
    this.#tail.intent = 0;
    this.readers.wakeAll(); // it may have committed and not woken
  }

  // ── reading, under the read latch ───────────────────────────────────────────────────────────────────────────

  #take<R>(read: (segment: RingSegment, at: number) => R | undefined): R | undefined {
    if (takeLatch(this.#words, this.#base + Word.readLatch, this.#object.pointer)) this.#repairReading();
    let result: R | undefined;
    try {
      const segment = this.#nextToRead();
      if (segment) result = read(segment, segment.takenEnd);
    } finally {
      releaseLatch(this.#words, this.#base + Word.readLatch, this.#object.pointer);
    }
    CHAOS: killPoint('queue.get.released');
    if (result !== undefined) this.writers.wake(1);
    return result;
  }

  /** The segment with the oldest frame; those read to the end are given up on the way. */
  #nextToRead(): RingSegment | undefined {
    const at = this.#words[this.#base + Word.head];
    if (this.#head.at !== at) this.#head = new RingSegment(at);
    for (;;) {
      const segment = this.#head;
      const { next } = segment; // before `end`: once there is a next one, the end is final
      if (segment.takenEnd !== segment.end) return segment;
      if (next === 0) return undefined;
      this.#object.store(Word.head, next);
      this.#head = new RingSegment(next);
      CHAOS: killPoint('queue.get.unlinked');
      if (!this.#object.swap(Word.spare, 0, segment.at)) arena().free(segment.at);
    }
  }

  #readOne(segment: RingSegment, start: number): IncomingParcel {
    const { words } = segment;
    let at = segment.base + start;
    const head = words[at++];
    const attachments = readAttachments(words, at + 1, words[at]);
    at += 1 + 2 * attachments.length;
    const far = head === FAR;
    const bytes = copyOut(segment.bytes, at * 4, far ? 0 : head);
    CHAOS: killPoint('queue.get.copied');
    if (attachments.length > 0) segment.takeIntent = start;
    segment.take(1, start + frameWords(bytes.length, attachments.length));
    CHAOS: killPoint('queue.get.committed');
    if (attachments.length > 0) this.#own(attachments);
    this.#object.store(Word.taken, segment.takenCount);
    return far ? fromAttachment(attachments) : new IncomingParcel(bytes, attachments);
  }

  #own(attachments: readonly Attachment[]): void {
    const { self } = Session.current();
    for (const { at } of attachments) arena().passOn(at, ON_THE_WAY, self);
  }

  /** The reader before died with the latch: counts again, frees attachments of a frame it took and never owned. */
  #repairReading(): void {
    const segment = new RingSegment(this.#object.load(Word.head));
    this.#object.store(Word.taken, segment.takenCount);
    const { takeIntent } = segment;
    if (takeIntent !== 0 && takeIntent < segment.takenEnd) this.#dropAttachmentsAt(segment, takeIntent);
    segment.takeIntent = 0;
    this.writers.wakeAll();
    if (this.size > 0) this.readers.wake(1);
  }

  #dropAttachmentsAt({ words, base }: RingSegment, start: number): void {
    if (start === 0) return;
    for (const { at } of readAttachments(words, base + start + FRAME_HEADER_WORDS, words[base + start + 1])) {
      dropAttachment(at, ON_THE_WAY);
    }
  }
}

const NO_ATTACHMENTS: readonly Attachment[] = [];

function readAttachments(words: Int32Array, at: number, count: number): readonly Attachment[] {
  if (count === 0) return NO_ATTACHMENTS; // FAST PATH
  return Array.from({ length: count }, (_, i) => ({
    at: words[at + 2 * i],
    sizeBytes: words[at + 2 * i + 1] >>> 0,
  }));
}

/** A payload too large for a segment came as the first attachment. */
function fromAttachment([first, ...rest]: readonly Attachment[]): IncomingParcel {
  const bytes = copyOf(arena().bytesOf(first.at, 0, first.sizeBytes));
  arena().free(first.at);
  return new IncomingParcel(bytes, rest);
}

// Short copies by hand: a call of `set` with a new subarray costs more than sixty stores.
const BY_HAND = 64;

function copyBytes(from: Uint8Array, to: Uint8Array, at: number): void {
  const { length } = from;
  if (length > BY_HAND) to.set(from, at);
  else for (let i = 0; i < length; i++) to[at + i] = from[i];
}

function copyOut(from: Uint8Array, at: number, length: number): Uint8Array {
  if (length > BY_HAND) scratch.set(from.subarray(at, at + length));
  else for (let i = 0; i < length; i++) scratch[i] = from[at + i];
  return scratch.subarray(0, length);
}
