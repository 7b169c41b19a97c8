// The words of one shared object: a 64-byte cell that any process finds by its address.
//
//   word 0: code of its kind      words 1 … 15: as the kind says

import { SerializationError } from '../base/errors.js';
import { NOBODY } from '../memory/agent.js';
import { type Address, arena, indexOf } from '../memory/arena.js';
import { objectSlab } from '../memory/slab-class.js';

export const OBJECT_WORDS = 16;

/** What a new object is marked with, and what it is called in messages. */
export interface KindLabel {
  readonly code: number;
  readonly name: string;
}

export class ObjectWords {
  readonly at: Address;
  readonly words: Int32Array;
  /** Index of the object's first word. */
  readonly base: number;
  /** Memory address of `words[0]`. */
  readonly pointer: number;

  constructor(at: Address) {
    const segment = arena().segmentOf(at);
    this.at = at;
    this.words = segment.words;
    this.base = segment.wordsOf(indexOf(at));
    this.pointer = segment.pointer;
  }

  /** A new object of a kind, its other words zero. @throws {SystemCallError} With code ENOSPC if shared memory is full. */
  static create(kind: KindLabel): ObjectWords {
    const object = new ObjectWords(arena().take(objectSlab));
    object.words.fill(0, object.base, object.base + OBJECT_WORDS);
    Atomics.store(object.words, object.base, kind.code);
    return object;
  }

  /** @throws {SerializationError} If there is no object of this kind at the address. */
  static attach(at: unknown, kind: KindLabel): ObjectWords {
    const memory = arena();
    if (memory.isItemOf(objectSlab, at) && memory.ownerOf(at) !== NOBODY) {
      const object = new ObjectWords(at);
      if (object.kindCode === kind.code) return object;
    }
    throw new SerializationError(`there is no ${kind.name} at address ${String(at)}`);
  }

  get kindCode(): number {
    return Atomics.load(this.words, this.base);
  }

  load(field: number): number {
    return Atomics.load(this.words, this.base + field);
  }

  store(field: number, value: number): void {
    Atomics.store(this.words, this.base + field, value);
  }

  /** Compare-and-swap; true if `expected` was there. */
  swap(field: number, expected: number, value: number): boolean {
    return Atomics.compareExchange(this.words, this.base + field, expected, value) === expected;
  }
}
