// A segment: one mapped file holding a slab of equal items, each with an owner.
//
//   ┌────────────┬──────────────────────┬───────────────────────────────────────────────┐
//   │ header 64B │ owner word × count   │ item 0 │ item 1 │ …            (64-byte units) │
//   └────────────┴──────────────────────┴───────────────────────────────────────────────┘
//
//   owner word:  0 free   agent id: this agent's   ON_THE_WAY: in a parcel nobody has taken yet
//
// The owner word is the allocation: one compare-and-swap takes an item and says who has it, so there is no free list to
// corrupt and nothing to replay when a process dies: recovery looks for the dead one's id.
//   address of an item = segment number << 16 | index     (a positive 31-bit number, never 0)
//
// Only the owner words and the first items are reserved at first; `committed` says how many items may be touched, and
// grows by reserving more of the sparse file. A full device is an ENOSPC here, never a fault on touch.
//
// `used` says up to which item owner words have ever been set, so that a search looks at no more of them.
// SYNC POINT used: it is raised before the owner word is taken; so who sees an owner sees `used` above it.

import { InternalError } from '../base/errors.js';
import { MappedFile } from '../platform/mapped-file.js';
import { layout } from './record-layout.js';
import type { SlabClass } from './slab-class.js';
import { slabClasses } from './slab-class.js';

const Header = layout(['magic', 'classCode', 'count', 'itemBytes', 'committed', 'used']);
const HEADER_WORDS = 16;
const MAGIC = 0x6d687367; // "mhsg"
const PAGE = 4096;

/** Owner of what is in a parcel that has been sent and not yet received. */
export const ON_THE_WAY = 0x3fffffff;

export class Segment {
  readonly number: number;
  /** Its word in the session's table: class and generation. */
  readonly descriptor: number;
  readonly slab: SlabClass;
  readonly count: number;
  readonly itemBytes: number;
  readonly words: Int32Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pointer: number;
  readonly #file: MappedFile;
  readonly #dataAt: number;
  /** Where this process looks first for a free item. */
  #hint = 0;

  private constructor(number: number, descriptor: number, file: MappedFile) {
    this.number = number;
    this.descriptor = descriptor;
    this.#file = file;
    this.words = new Int32Array(file.buffer, 0, Math.floor(file.sizeBytes / 4));
    this.bytes = new Uint8Array(file.buffer);
    this.pointer = file.pointer;
    const slab = slabOf(this.words, file.sizeBytes);
    if (slab === undefined) {
      file.unmap();
      throw new InternalError(`${file.path} is no segment of this library`);
    }
    this.slab = slab;
    this.count = slab.count;
    this.itemBytes = this.words[Header.itemBytes];
    this.#dataAt = dataOffset(this.count);
  }

  /** @throws {SystemCallError} With code ENOSPC if shared memory is full. */
  static create(
    path: string,
    {
      number,
      descriptor,
      slab,
      itemBytes,
    }: { number: number; descriptor: number; slab: SlabClass; itemBytes: number },
  ): Segment {
    const count = slab.count;
    const dataAt = dataOffset(count);
    const file = MappedFile.create(path, fileSize(count, itemBytes), dataAt);
    const words = new Int32Array(file.buffer, 0, HEADER_WORDS);
    words[Header.classCode] = slab.code;
    words[Header.count] = count;
    words[Header.itemBytes] = itemBytes;
    Atomics.store(words, Header.magic, MAGIC);
    return new Segment(number, descriptor, file);
  }

  static open(path: string, number: number, descriptor: number): Segment {
    return new Segment(number, descriptor, MappedFile.open(path));
  }

  /** Takes a free item for `owner`; its index, or -1 if there is none. Its bytes are as the last owner left them. */
  take(owner: number): number {
    const { words, count } = this;
    for (
      let step = 0, index = this.#hint;
      step < count;
      step++, index = index + 1 === count ? 0 : index + 1
    ) {
      if (Atomics.load(words, HEADER_WORDS + index) !== 0) continue;
      if (index >= Atomics.load(words, Header.committed)) this.#commit(index);
      raise(words, Header.used, index + 1); // SYNC POINT used
      if (Atomics.compareExchange(words, HEADER_WORDS + index, 0, owner) !== 0) continue;
      this.#hint = index + 1 === count ? 0 : index + 1;
      return index;
    }
    return -1;
  }

  /** As `take`, of those that have had an owner before: for when there is no room for another. */
  takeAgain(owner: number): number {
    const { words, used } = this;
    for (let index = 0; index < used; index++) {
      if (Atomics.compareExchange(words, HEADER_WORDS + index, 0, owner) === 0) return index;
    }
    return -1;
  }

  free(index: number): void {
    if (index < this.#hint) this.#hint = index;
    Atomics.store(this.words, HEADER_WORDS + index, 0);
  }

  /** Index of the word that says who owns an item. */
  ownerWord(index: number): number {
    return HEADER_WORDS + index;
  }

  /** Index of the first word of an item. */
  wordsOf(index: number): number {
    return (this.#dataAt + index * this.itemBytes) >>> 2;
  }

  byteOffsetOf(index: number): number {
    return this.#dataAt + index * this.itemBytes;
  }

  /** How many items, from the first, have ever been usable. */
  get committed(): number {
    return Math.min(this.count, Atomics.load(this.words, Header.committed));
  }

  /** How many items, from the first, have ever had an owner: those behind are free. */
  get used(): number {
    return Math.min(this.committed, Atomics.load(this.words, Header.used));
  }

  close(): void {
    this.#file.unmap();
  }

  #commit(index: number): void {
    const step = Math.max(1, Math.floor(this.slab.commitBytes / this.itemBytes));
    const upTo = Math.min(this.count, index + step);
    const from = Atomics.load(this.words, Header.committed);
    const length = roundUp((upTo - from) * this.itemBytes, 4);
    if (length > 0) this.#file.reserve(this.byteOffsetOf(from), length);
    raise(this.words, Header.committed, upTo);
  }
}

/** Makes a word at least `value`. */
function raise(words: Int32Array, word: number, value: number): void {
  for (let now = Atomics.load(words, word); now < value; ) {
    const before = Atomics.compareExchange(words, word, now, value);
    if (before === now) return;
    now = before;
  }
}

/** The class that a file's header says, if all of the header fits to it and the file is long enough. */
function slabOf(words: Int32Array, sizeBytes: number): SlabClass | undefined {
  if (words.length < HEADER_WORDS || Atomics.load(words, Header.magic) !== MAGIC) return undefined;
  const slab = slabClasses[words[Header.classCode]];
  if (slab === undefined || words[Header.count] !== slab.count) return undefined;
  const committed = Atomics.load(words, Header.committed);
  if (committed < 0 || committed > slab.count) return undefined;
  const itemBytes = words[Header.itemBytes];
  const sizeFits = slab.itemBytes === 0 ? itemBytes > 0 : itemBytes === slab.itemBytes;
  return sizeFits && sizeBytes >= fileSize(slab.count, itemBytes) ? slab : undefined;
}

function fileSize(count: number, itemBytes: number): number {
  return roundUp(dataOffset(count) + count * itemBytes, PAGE);
}

function dataOffset(count: number): number {
  return roundUp((HEADER_WORDS + count) * 4, 64);
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
