// A counter in shared memory that loses increments unless a lock is held around them.

export * from '../../src/index.js';

import { defineKind } from '../../src/sync/object-kind.js';
import { ObjectWords } from '../../src/sync/object-words.js';

const kind = defineKind({ code: 1000, name: 'test:SharedCounter' });

export class SharedCounter {
  readonly words: ObjectWords;

  constructor(at?: number) {
    this.words = at === undefined ? ObjectWords.create(kind) : ObjectWords.attach(at, kind);
  }

  get value(): number {
    return this.words.load(1);
  }

  /** Reads, does something else, writes. */
  incrementInTwoSteps(): void {
    const before = this.words.load(1);
    for (let i = 0; i < 50; i++) this.words.load(2);
    this.words.store(1, before + 1);
  }

  /** One atomic addition. */
  add(n: number): number {
    return Atomics.add(this.words.words, this.words.base + 1, n);
  }
}
