// All shared memory of a session: items taken from and given back to segments, found by address from any process.

import { unlinkSync } from 'node:fs';
import { InternalError, StateError } from '../base/errors.js';
import type { AgentId } from './agent.js';
import { SEGMENT_LIMIT, SEGMENTS_AT, TableHeader } from './process-table.js';
import { roundUp, Segment } from './segment.js';
import { Session } from './session.js';
import { blockSlabFor, largerBlockSlabs, type SlabClass, slabClasses, waiterSlab } from './slab-class.js';

/** A number whose next segment is just being made. */
const BEING_MADE = -0x80000000;

/** Where an item is: segment number << 16 | index. */
export type Address = number;

export class Arena {
  readonly session: Session;
  readonly #segments: (Segment | undefined)[] = [];
  readonly #byClass = new Map<SlabClass, Segment[]>();
  readonly #roomLast = new Map<SlabClass, Segment>();
  #segmentsSeen = 0;
  /** What has been taken for something that is being made of several items. */
  #parts: Address[] | undefined;

  constructor(session: Session) {
    this.session = session;
    // The first of a session: who finds shared memory full later can still wait.
    if (this.#segmentCount === 0) this.free(this.take(waiterSlab));
  }

  /**
   * Takes an item for an agent. Its bytes are as the last owner left them.
   * @throws {SystemCallError} With code ENOSPC if shared memory is full, and no item is free of those that were in use before.
   */
  take(slab: SlabClass, owner: AgentId = this.session.self): Address {
    try {
      return this.#noted(this.#takeOrGrow(slab, owner));
    } catch (error) {
      return this.#noted(this.#takeAgain(slab, owner) ?? rethrow(error));
    }
  }

  /** Makes something of several items. If `make` throws, those it has taken by then are free again. */
  allOrNothing<Made>(make: () => Made): Made {
    if (this.#parts) return make();
    this.#parts = [];
    try {
      return make();
    } catch (error) {
      for (const at of this.#parts) this.free(at);
      throw error;
    } finally {
      this.#parts = undefined;
    }
  }

  #noted(at: Address): Address {
    this.#parts?.push(at);
    return at;
  }

  #takeOrGrow(slab: SlabClass, owner: AgentId): Address {
    // Where there was room the last time: a look through a full one costs more than all the rest.
    const last = this.#roomLast.get(slab);
    const again = last === undefined ? -1 : last.take(owner);
    if (last !== undefined && again >= 0) return addressOf(last.number, again); // FAST PATH
    const known = this.#byClass.get(slab) ?? [];
    for (let i = known.length - 1; i >= 0; i--) {
      const segment = known[i] as Segment;
      const index = segment === last ? -1 : segment.take(owner);
      if (index < 0) continue;
      this.#roomLast.set(slab, segment);
      return addressOf(segment.number, index);
    }
    if (this.#discover()) return this.#takeOrGrow(slab, owner);
    const segment = this.#grow(slab, slab.itemBytes);
    return this.#takeFrom(segment, owner);
  }

  /**
   * A block of at least `sizeBytes`. If shared memory is full, a larger one that is free will do.
   * @throws {SystemCallError} With code ENOSPC if there is none.
   */
  takeBlock(sizeBytes: number, owner: AgentId = this.session.self): Address {
    const slab = blockSlabFor(sizeBytes);
    try {
      if (slab.itemBytes > 0) return this.take(slab, owner);
      return this.#takeFrom(this.#grow(slab, roundUp(sizeBytes, 4096)), owner);
    } catch (error) {
      const larger = this.#takeLarger(slab, owner);
      if (larger === undefined) throw error;
      return larger;
    }
  }

  #takeLarger(slab: SlabClass, owner: AgentId): Address | undefined {
    for (const larger of largerBlockSlabs(slab)) {
      const at = this.#takeAgain(larger, owner);
      if (at !== undefined) return at;
    }
    return undefined;
  }

  /** An item that was in use before: it takes no more memory. */
  #takeAgain(slab: SlabClass, owner: AgentId): Address | undefined {
    for (const segment of this.segmentsOf(slab)) {
      const index = segment.takeAgain(owner);
      if (index >= 0) return addressOf(segment.number, index);
    }
    return undefined;
  }

  free(at: Address): void {
    const segment = this.segmentOf(at);
    segment.free(indexOf(at));
    if (segment.slab.itemBytes === 0) this.#retire(segment);
  }

  /** Unmaps a block of its own size in this process only: the owner has it elsewhere, or will. */
  letGo(at: Address): void {
    const segment = this.segmentOf(at);
    if (segment.slab.itemBytes === 0) this.#forget(segment);
  }

  /** Passes an item from one owner to another. False if it was not `from`'s. */
  passOn(at: Address, from: AgentId, to: AgentId): boolean {
    const segment = this.segmentOf(at);
    const word = segment.ownerWord(indexOf(at));
    return Atomics.compareExchange(segment.words, word, from, to) === from;
  }

  ownerOf(at: Address): AgentId {
    const segment = this.segmentOf(at);
    return Atomics.load(segment.words, segment.ownerWord(indexOf(at)));
  }

  segmentOf(at: Address): Segment {
    const number = at >>> 16;
    const segment = this.#segments[number];
    return segment !== undefined && this.#isCurrent(segment) ? segment : this.#open(number);
  }

  /** Whether an item of the class can be at this address: asked of addresses that came from elsewhere. */
  isItemOf(slab: SlabClass, at: unknown): at is Address {
    if (!Number.isInteger(at) || (at as number) <= 0 || (at as number) > 0x7fffffff) return false;
    const index = indexOf(at as number);
    try {
      const segment = this.segmentOf(at as number);
      return segment.slab === slab && index < segment.count && index < segment.committed;
    } catch {
      return false; // there is no such segment, or its file is something else
    }
  }

  /** The bytes of a block: a view, valid until it is freed. */
  bytesOf(at: Address, offset = 0, length?: number): Uint8Array<ArrayBuffer> {
    const segment = this.segmentOf(at);
    const start = segment.byteOffsetOf(indexOf(at)) + offset;
    return segment.bytes.subarray(start, start + (length ?? segment.itemBytes - offset));
  }

  /** The segments of a class that there are, those of other processes too. */
  segmentsOf(slab: SlabClass): readonly Segment[] {
    if (slab.itemBytes === 0) this.#discoverOwnSize();
    else this.#discover();
    return this.#byClass.get(slab) ?? [];
  }

  /** Every item of a class that is in use, in the order of addresses. */
  *itemsOf(slab: SlabClass): Generator<{ at: Address; segment: Segment; index: number; owner: AgentId }> {
    for (const segment of this.segmentsOf(slab)) {
      const { used } = segment;
      for (let index = 0; index < used; index++) {
        const owner = Atomics.load(segment.words, segment.ownerWord(index));
        if (owner !== 0) yield { at: addressOf(segment.number, index), segment, index, owner };
      }
    }
  }

  #takeFrom(segment: Segment, owner: AgentId): Address {
    const index = segment.take(owner);
    if (index < 0) throw new InternalError(`new segment ${segment.number} has no room`);
    return addressOf(segment.number, index);
  }

  #grow(slab: SlabClass, itemBytes: number): Segment {
    const { number, generation } = this.#takeNumber();
    const descriptor = (generation << 8) | (slab.code + 1);
    const { words } = this.session.table;
    let segment: Segment;
    try {
      segment = Segment.create(this.#path(number, generation), { number, descriptor, slab, itemBytes });
    } catch (error) {
      Atomics.store(words, SEGMENTS_AT + number, -generation); // for the next one
      throw error;
    }
    this.#remember(segment);
    Atomics.store(words, SEGMENTS_AT + number, descriptor);
    Atomics.add(words, TableHeader.segmentsMade, 1); // SYNC POINT segmentsMade
    return segment;
  }

  /** A number never used, or one of a segment that has been retired, in its next generation. */
  #takeNumber(): { number: number; generation: number } {
    const { words } = this.session.table;
    const count = this.#segmentCount;
    for (let number = 1; number <= count; number++) {
      const descriptor = Atomics.load(words, SEGMENTS_AT + number);
      if (descriptor >= 0 || descriptor === BEING_MADE) continue;
      if (Atomics.compareExchange(words, SEGMENTS_AT + number, descriptor, BEING_MADE) !== descriptor)
        continue;
      return { number, generation: -descriptor + 1 };
    }
    const number = Atomics.add(words, TableHeader.segmentCount, 1) + 1;
    if (number < SEGMENT_LIMIT) return { number, generation: 1 };
    Atomics.sub(words, TableHeader.segmentCount, 1);
    throw new StateError(
      `a session has at most ${SEGMENT_LIMIT - 1} segments of shared memory, and all are in use`,
    );
  }

  /** Opens the segments of equal items that other processes have made since the last look. True if there was one. */
  #discover(): boolean {
    const { words } = this.session.table;
    // SYNC POINT segmentsMade: counted before anything is taken from the new one; so whoever may see an item sees the count.
    const made = Atomics.load(words, TableHeader.segmentsMade);
    if (made === this.#segmentsSeen) return false;
    let found = false;
    for (const number of this.#unknown()) {
      if (isOwnSize(Atomics.load(words, SEGMENTS_AT + number))) continue;
      this.#open(number);
      found = true;
    }
    this.#segmentsSeen = made; // last: if one can't be opened, all are looked at again
    return found;
  }

  /** The same of blocks that have a segment each; those that are gone are forgotten. Only recovery has to know all of them. */
  #discoverOwnSize(): void {
    const { words } = this.session.table;
    for (const segment of [...this.#segments])
      if (segment && !this.#isCurrent(segment)) this.#forget(segment);
    for (const number of this.#unknown()) {
      const descriptor = Atomics.load(words, SEGMENTS_AT + number);
      if (!isOwnSize(descriptor)) continue;
      try {
        this.#open(number);
      } catch (error) {
        // It may have been retired just now.
        if (Atomics.load(words, SEGMENTS_AT + number) === descriptor) throw error;
      }
    }
  }

  /** Numbers of segments that are there and that this process has not opened. */
  *#unknown(): Generator<number> {
    const count = this.#segmentCount;
    for (let number = 1; number <= count; number++) {
      // No descriptor: its maker is just making it, or has died over it. A negative one: it has been retired.
      const descriptor = Atomics.load(this.session.table.words, SEGMENTS_AT + number);
      if (descriptor > 0 && this.#segments[number]?.descriptor !== descriptor) yield number;
    }
  }

  get #segmentCount(): number {
    return Math.min(SEGMENT_LIMIT - 1, Atomics.load(this.session.table.words, TableHeader.segmentCount));
  }

  #open(number: number): Segment {
    const descriptor = Atomics.load(this.session.table.words, SEGMENTS_AT + number);
    if (number === 0 || number >= SEGMENT_LIMIT || descriptor <= 0) {
      throw new InternalError(`there is no shared memory segment ${number}`);
    }
    const before = this.#segments[number];
    if (before) this.#forget(before);
    const segment = Segment.open(this.#path(number, descriptor >>> 8), number, descriptor);
    this.#remember(segment);
    return segment;
  }

  #remember(segment: Segment): void {
    this.#segments[segment.number] = segment;
    const known = this.#byClass.get(segment.slab);
    if (known) known.push(segment);
    else this.#byClass.set(segment.slab, [segment]);
  }

  #retire(segment: Segment): void {
    const generation = segment.descriptor >>> 8;
    this.#forget(segment);
    // First: nobody may look for a file that is gone. The next of this number has another name.
    Atomics.store(this.session.table.words, SEGMENTS_AT + segment.number, -generation);
    unlinkSync(this.#path(segment.number, generation));
  }

  #forget(segment: Segment): void {
    this.#segments[segment.number] = undefined;
    if (this.#roomLast.get(segment.slab) === segment) this.#roomLast.delete(segment.slab);
    const known = this.#byClass.get(segment.slab) ?? [];
    known.splice(known.indexOf(segment), 1);
    segment.close();
  }

  /** Only segments of one block are ever retired, and their number used again. */
  #isCurrent(segment: Segment): boolean {
    if (segment.slab.itemBytes !== 0) return true;
    return Atomics.load(this.session.table.words, SEGMENTS_AT + segment.number) === segment.descriptor;
  }

  #path(number: number, generation: number): string {
    return this.session.path(`segment-${number}-${generation}`);
  }
}

/** Whether a descriptor is that of a block with a segment of its own. */
function isOwnSize(descriptor: number): boolean {
  return slabClasses[(descriptor & 0xff) - 1]?.itemBytes === 0;
}

function rethrow(error: unknown): never {
  throw error;
}

export function addressOf(segment: number, index: number): Address {
  return (segment << 16) | index;
}

export function indexOf(at: Address): number {
  return at & 0xffff;
}

let current: Arena | undefined;

/** The shared memory of this process's session. */
export function arena(): Arena {
  current ??= new Arena(Session.current());
  return current;
}
