// Where shared numbers are: a cell for what they are, and the numbers in it, or in a block of their own if they are more.
//
//   word 0 kind │ 1 type │ 2 length │ 3 block, or 0 │ 4 state │ 5 – │ 6 … 15: up to 40 bytes of numbers      (64 bytes)
//   block: the numbers                                          above 4 MiB: a segment of its own, mapped where it is used
//
//   PRIVATE ──put in a message──► TRAVELLED ──close() by its maker──► CLOSED
//
// While private, cell and block are the maker's: they are freed when it collects the object, or when it dies. What has
// travelled may be known to anybody, so it belongs to nobody (`SHARED`) and stays until the session ends. In a process
// that has it no more, only the mapping of a large block goes.

import { ClosedError, SerializationError } from '../base/errors.js';
import { type Address, arena, indexOf } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { ON_THE_WAY, type Segment } from '../memory/segment.js';
import { Session } from '../memory/session.js';
import { objectSlab } from '../memory/slab-class.js';
import { viewMemory } from '../platform/libc.js';
import type { TypedElements } from './element-type.js';
import { Elements } from './elements.js';
import { defineKind } from './object-kind.js';
import { OBJECT_WORDS, ObjectWords } from './object-words.js';
import { typeOfNumber } from './typecode.js';

const Word = layout(['kind', 'type', 'length', 'block', 'state', 'spare', 'numbers']);
const State = { private: 0, travelled: 1, closed: 2 } as const;
const INLINE_BYTES = (OBJECT_WORDS - Word.numbers) * 4;
/** Owner of the block of a travelled cell: no process, so that no death frees it. */
const SHARED = ON_THE_WAY;

/** The most bytes of one array: a segment counts in 32 bits. */
export const MOST_BYTES = 0x7fffffff - 0xffff;

const cellKind = defineKind({
  code: 32,
  name: 'SharedNumbers',
  recover(object, dead) {
    // Its block is freed with the other blocks of the dead one.
    if (object.load(Word.state) === State.private) arena().passOn(object.at, dead, 0);
  },
});

/** What outlives the object: enough to give its memory back. */
interface Estate {
  readonly at: Address;
  readonly block: Address;
  travelled: boolean;
  settled: boolean;
}

// One cell object for one address: what has travelled comes back as the same object.
const known = new Map<Address, WeakRef<NumberCell>>();
const collected = new FinalizationRegistry<Estate>((estate) => {
  if (known.get(estate.at)?.deref()) return; // it has come back since
  known.delete(estate.at);
  settle(estate);
});
// Who has a view has the numbers: the memory is not given back under it.
const keptByView = new WeakMap<ArrayBuffer, NumberCell>();

export class NumberCell {
  readonly at: Address;
  readonly length: number;
  readonly #object: ObjectWords;
  readonly #elements: Elements;
  readonly #estate: Estate;
  readonly #isMaker: boolean;
  readonly #faces = new Map<string, object>();
  #view: TypedElements | undefined;
  #closed = false;

  private constructor(object: ObjectWords, isMaker: boolean) {
    const type = typeOfNumber(object.load(Word.type));
    const length = object.load(Word.length);
    const block = object.load(Word.block);
    if (type === undefined || length < 0) throw notThere(object.at);
    const size = length * type.sizeBytes;
    if (block === 0 && size > INLINE_BYTES) throw notThere(object.at);
    const segment = block === 0 ? arena().segmentOf(object.at) : blockOf(block, size, object.at);
    const byteOffset = block === 0 ? inlineOffset(object) : segment.byteOffsetOf(indexOf(block));
    this.at = object.at;
    this.length = length;
    this.#object = object;
    this.#isMaker = isMaker;
    this.#elements = new Elements(type, segment.bytes.buffer, byteOffset, length);
    this.#estate = { at: object.at, block, travelled: !isMaker, settled: false };
    known.set(this.at, new WeakRef(this));
    collected.register(this, this.#estate);
  }

  /** New numbers, all zero. @throws {SystemCallError} With code ENOSPC if shared memory is full. */
  static create(typeNumber: number, length: number): NumberCell {
    const size = length * (typeOfNumber(typeNumber)?.sizeBytes ?? 0);
    const block = size > INLINE_BYTES ? arena().takeBlock(size) : 0;
    let object: ObjectWords;
    try {
      object = ObjectWords.create(cellKind);
    } catch (error) {
      if (block !== 0) arena().free(block);
      throw error;
    }
    object.store(Word.type, typeNumber);
    object.store(Word.length, length);
    object.store(Word.block, block);
    // A block of its own size comes new, and zero, from the system.
    if (block !== 0 && arena().segmentOf(block).slab.itemBytes > 0) arena().bytesOf(block, 0, size).fill(0);
    return new NumberCell(object, true);
  }

  /**
   * The numbers somebody has sent.
   * @throws {ClosedError} If their maker has closed them. {SerializationError} If there are none at the address.
   */
  static attach(at: unknown): NumberCell {
    const before = known.get(at as Address)?.deref();
    if (before && !before.#closed) return before;
    const object = objectAt(at);
    if (object.load(Word.state) === State.closed) {
      throw new ClosedError('the shared array that was received has been closed by the process that made it');
    }
    return new NumberCell(object, before ? before.#isMaker : false);
  }

  /** @throws {ClosedError} After `close()`. */
  get elements(): Elements {
    if (this.#closed) throw new ClosedError('the shared array is closed');
    return this.#elements;
  }

  /** The numbers as an array on the shared memory, with a buffer of its own that ends where they end. */
  get view(): TypedElements {
    const { type, array } = this.elements;
    if (this.#view) return this.#view;
    const { pointer } = this.#segment;
    const buffer = viewMemory(pointer + array.byteOffset, this.length * type.sizeBytes);
    keptByView.set(buffer, this);
    this.#view = new type.elements(buffer);
    return this.#view;
  }

  /** The object of a class that stands for these numbers: always the same one. */
  face<T extends object>(className: string, make: () => T): T {
    const face = (this.#faces.get(className) as T | undefined) ?? make();
    this.#faces.set(className, face);
    return face;
  }

  /** They are about to be known to others: from now on they stay until the session ends. The address to be sent. */
  travel(): Address {
    if (this.#closed) throw new ClosedError('the shared array is closed');
    const { at, block, travelled } = this.#estate;
    if (!travelled) {
      this.#estate.travelled = true;
      this.#object.store(Word.state, State.travelled);
      if (block !== 0) arena().passOn(block, Session.current().self, SHARED);
    }
    return at;
  }

  /** This process has them no more. Views of a large array read zeros; the memory of a small one waits for its views. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { block, travelled } = this.#estate;
    const large = block !== 0 && this.#segment.slab.itemBytes === 0;
    if (this.#isMaker && travelled && large) {
      this.#object.store(Word.state, State.closed);
      arena().free(block); // processes that have it mapped go on with it
      this.#estate.settled = true;
    }
    if (large || this.#view === undefined) settle(this.#estate);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get #segment(): Segment {
    const { at, block } = this.#estate;
    return arena().segmentOf(block === 0 ? at : block);
  }
}

function settle(estate: Estate): void {
  if (estate.settled) return;
  estate.settled = true;
  const { at, block, travelled } = estate;
  if (travelled) {
    if (block !== 0) arena().letGo(block);
    return;
  }
  if (block !== 0) arena().free(block);
  arena().free(at);
}

/** @throws {SerializationError} If there are no numbers at the address. */
function objectAt(at: unknown): ObjectWords {
  if (!Number.isInteger(at)) throw notThere(at);
  const address = at as Address;
  try {
    const { slab, count } = arena().segmentOf(address);
    if (slab === objectSlab && indexOf(address) < count && arena().ownerOf(address) !== 0) {
      const object = new ObjectWords(address);
      if (object.kindCode === cellKind.code) return object;
    }
  } catch {
    // No such segment.
  }
  throw notThere(at);
}

function blockOf(block: Address, size: number, at: Address): Segment {
  let segment: Segment;
  try {
    segment = arena().segmentOf(block);
  } catch {
    throw notThere(at);
  }
  const fits = indexOf(block) < segment.count && segment.itemBytes >= size;
  if (!fits || !segment.slab.name.startsWith('block-')) throw notThere(at);
  return segment;
}

function inlineOffset(object: ObjectWords): number {
  return (object.base + Word.numbers) * 4;
}

function notThere(at: unknown): SerializationError {
  return new SerializationError(`there are no shared numbers at address ${String(at)}`);
}
