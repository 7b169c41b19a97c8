// The channel under queues and pipes: frames in a linked list of ring segments, many writers, many readers.
//
//             readers                                               writers
//   taken ──► [ segment ] ──next──► [ segment ] ──next──► [ segment ] ◄── committed
//             head                                         tail
//
// Writers are kept apart by one latch (frame-writer.ts), readers by another (frame-reader.ts); a writer and a reader never
// meet. Values are serialized before any latch and decoded after it. Either side commits by one store of one word; the
// latch of one who died inside is found by the next, who puts the counts and a half-passed-on attachment right.

import { SerializationError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import { type Address, arena } from '../memory/arena.js';
import { blockSlabFor } from '../memory/slab-class.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import { WaitQueue } from '../sync/wait-queue.js';
import type { FrameBatch } from './frame-batch.js';
import { FrameReader } from './frame-reader.js';
import { ReadWord, Word } from './frame-words.js';
import { FrameWriter } from './frame-writer.js';
import type { IncomingParcel, OutgoingParcel } from './parcel.js';
import { INLINE_BYTES, RingSegment, SEGMENT_BYTES, SHARED } from './ring-segment.js';

const frameQueueKind = defineKind({
  code: 10,
  name: 'FrameQueue',
  recover(object) {
    // Also if the latch is somebody else's by now: who took it over must be through before the dead one's blocks are freed.
    const readSide = object.load(Word.readSide);
    if (readSide === 0) return; // its maker died over it
    const held =
      object.load(Word.writeLatch) !== 0 || new ObjectWords(readSide).load(ReadWord.readLatch) !== 0;
    if (held) FrameQueue.attach(object.at).repair();
  },
});
const readSideKind = defineKind({ code: 11, name: 'FrameQueueReadSide' });
const segmentSlab = blockSlabFor(SEGMENT_BYTES);

export interface FrameQueueLimits {
  /** At most so many frames at a time; 0 for no limit. */
  frames?: number;
  /** At most so many ring segments; 0 for no limit. */
  segments?: number;
}

export class FrameQueue {
  /** Who waits for a frame. */
  readonly readers: WaitQueue;
  /** Who waits for room. */
  readonly writers: WaitQueue;
  readonly #object: ObjectWords;
  readonly #readSide: ObjectWords;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  readonly #isFull = (): boolean => this.full;

  /** What was put at the last look. */
  #seenPut: number;

  private constructor(object: ObjectWords) {
    const readSide = new ObjectWords(object.load(Word.readSide));
    this.#object = object;
    this.#readSide = readSide;
    this.#seenPut = object.load(Word.put);
    this.readers = new WaitQueue(object.at, Word.latch);
    this.writers = new WaitQueue(readSide.at, ReadWord.latch);
    this.#writer = new FrameWriter(object, readSide, () => this.readers.wakeAll());
    this.#reader = new FrameReader(object, readSide, () => {
      this.writers.wakeAll();
      if (this.size > 0) this.readers.wake(1);
    });
  }

  /** @throws {SystemCallError} With code ENOSPC if shared memory is full. */
  static create(limits: FrameQueueLimits): FrameQueue {
    return arena().allOrNothing(() => FrameQueue.#make(limits));
  }

  static #make(limits: FrameQueueLimits): FrameQueue {
    const object = ObjectWords.create(frameQueueKind);
    const segment = new RingSegment(arena().take(segmentSlab, SHARED));
    segment.clear(0, 0);
    const readSide = ObjectWords.create(readSideKind);
    readSide.store(ReadWord.head, segment.at);
    object.store(Word.frameLimit, limits.frames ?? 0);
    object.store(Word.segmentLimit, limits.segments ?? 0);
    object.store(Word.tail, segment.at);
    object.store(Word.readSide, readSide.at);
    return new FrameQueue(object);
  }

  /** @throws {SerializationError} If there is no such queue at the address, or it is damaged. */
  static attach(at: unknown): FrameQueue {
    const object = ObjectWords.attach(at, frameQueueKind);
    const readSide = ObjectWords.attach(object.load(Word.readSide), readSideKind);
    for (const end of [readSide.load(ReadWord.head), object.load(Word.tail)]) {
      if (!arena().isItemOf(segmentSlab, end))
        throw new SerializationError(`the FrameQueue at address ${String(at)} is damaged`);
    }
    return new FrameQueue(object);
  }

  get address(): Address {
    return this.#object.at;
  }

  /** Frames in the queue now. */
  get size(): number {
    const taken = this.#readSide.load(ReadWord.taken);
    return Math.max(0, (this.putCount - taken) | 0);
  }

  /** Frames ever put, modulo 2^32. */
  get putCount(): number {
    return this.#object.load(Word.put);
  }

  /** At most so many frames at a time; 0 for no limit. */
  get frameLimit(): number {
    return this.#object.load(Word.frameLimit);
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
    if (!this.#writer.write(parcel, this.#isFull, gate)) return false;
    CHAOS: killPoint('queue.put.released');
    this.readers.wake(1);
    return true;
  }

  /** Puts frames made beforehand, if there is room; for a queue without a frame limit. */
  tryPutBatch(batch: FrameBatch, gate?: () => void): boolean {
    if (!this.#writer.writeBatch(batch, gate)) return false;
    CHAOS: killPoint('queue.put.released');
    this.readers.wake(batch.frames);
    return true;
  }

  /** Puts many items as one frame, if there is room; for a queue without a frame limit. */
  tryPutMany(bytes: Uint8Array, items: number, gate?: () => void): boolean {
    if (!this.#writer.writeMany(bytes, items, gate)) return false;
    CHAOS: killPoint('queue.put.released');
    this.readers.wake(items);
    return true;
  }

  /** Takes the oldest frame, if there is one. Its bytes are scratch memory: open it at once, or `keep` it. */
  tryTake(): IncomingParcel | undefined {
    if (this.#seemsEmpty) return undefined; // FAST PATH
    const parcel = this.#reader.read();
    CHAOS: killPoint('queue.get.released');
    if (parcel !== undefined) this.writers.wake(1);
    return parcel;
  }

  /** Takes up to `max` of the oldest frames; as many as stand together, none if there is none. */
  tryTakeBatch(max: number): IncomingParcel[] {
    if (this.#seemsEmpty) return [];
    const parcels = this.#reader.readBatch(max);
    CHAOS: killPoint('queue.get.released');
    if (parcels.length > 0) this.writers.wake(parcels.length);
    return parcels;
  }

  /** Looks at the payload size of the oldest frame without taking it; undefined if there is none. */
  peekBytes(): number | undefined {
    return this.#reader.peekBytes();
  }

  /** Throws away the frames not yet read, with what hangs on them. */
  drain(): void {
    for (let parcel = this.#reader.read(); parcel; parcel = this.#reader.read()) parcel.discard();
  }

  /** Frees everything, frames not yet read included. Only when nobody can reach the queue any more. */
  destroy(): void {
    this.drain();
    const memory = arena();
    const spare = this.#object.load(Word.spare);
    if (spare !== 0) memory.free(spare);
    memory.free(this.#reader.lastSegment);
    this.#readSide.store(ReadWord.kind, 0);
    memory.free(this.#readSide.at);
    this.#object.store(Word.kind, 0);
    memory.free(this.#object.at);
  }

  /** Puts right what a dead process may have left half-done. */
  repair(): void {
    this.#writer.repair();
    this.#reader.repair();
  }

  /** A look at what the writers write only if all that was seen there before is taken. */
  get #seemsEmpty(): boolean {
    // Without Atomics: if it is an older one, the look under the latch says so.
    const taken = this.#readSide.words[this.#readSide.base + ReadWord.taken];
    if (((this.#seenPut - taken) | 0) > 0) return false; // FAST PATH
    this.#seenPut = this.putCount;
    return this.#seenPut === taken;
  }
}
