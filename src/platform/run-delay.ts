// How long this thread was ready to run and had to wait for a processor, as Linux counts it; elsewhere it is taken for nothing.
//
//   /proc/thread-self/schedstat:   ns on a processor   ns waiting for one   turns

import { openSync, readSync } from 'node:fs';

export class RunDelay {
  readonly #bytes = Buffer.alloc(64);
  #descriptor: number | undefined;

  constructor() {
    try {
      this.#descriptor = openSync('/proc/thread-self/schedstat', 'r');
    } catch {
      this.#descriptor = undefined; // no Linux, or one that does not count
    }
  }

  /** Milliseconds since the thread's start; a few microseconds to ask. */
  get ms(): number {
    if (this.#descriptor === undefined) return 0;
    try {
      const length = readSync(this.#descriptor, this.#bytes, 0, this.#bytes.length, 0);
      return Number(this.#bytes.latin1Slice(0, length).split(' ')[1]) / 1e6 || 0;
    } catch {
      this.#descriptor = undefined;
      return 0;
    }
  }
}
