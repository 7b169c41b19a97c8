// The lock inside the primitives: held for a few instructions, never across anything that waits or calls out.
//
//   word:  0 free │ agent id │ agent id + CONTENDED (somebody sleeps on the word)
//
// Taking it and saying who took it are one compare-and-swap. A holder that is killed leaves its id in the word: whoever
// wants the latch next finds that id dead, takes the latch over and is told so, and puts right what it guards.
// A latch of one process is never taken twice: its code between take and release is synchronous and calls nothing.

import { AGENT_MASK } from '../memory/agent.js';
import { Session } from '../memory/session.js';
import { os } from '../platform/os.js';

const CONTENDED = 0x40000000;
const SPINS = 200;
const NAP_MS = 2; // how long to sleep before asking the kernel whether the holder lives

/** Takes the latch. @returns True if its holder had died inside: what it guards may be half-written. */
export function takeLatch(words: Int32Array, word: number, pointer: number): boolean {
  const { self } = Session.current();
  if (Atomics.compareExchange(words, word, 0, self) === 0) return false; // FAST PATH
  return takeContended(words, word, pointer, self);
}

/** Gives the latch back. */
export function releaseLatch(words: Int32Array, word: number, pointer: number): void {
  const before = Atomics.exchange(words, word, 0);
  if (before & CONTENDED) os.futexWake(pointer + word * 4, 1);
}

function takeContended(words: Int32Array, word: number, pointer: number, self: number): boolean {
  for (let spin = 0; spin < SPINS; spin++) {
    if (Atomics.load(words, word) === 0 && Atomics.compareExchange(words, word, 0, self) === 0) return false;
  }
  const { table } = Session.current();
  for (;;) {
    const value = Atomics.load(words, word);
    if (value === 0) {
      // Somebody else may be asleep still: keep the mark, at worst for one wake too many.
      if (Atomics.compareExchange(words, word, 0, self | CONTENDED) === 0) return false;
      continue;
    }
    if (!(value & CONTENDED) && Atomics.compareExchange(words, word, value, value | CONTENDED) !== value)
      continue;
    if (os.futexWait(pointer + word * 4, value | CONTENDED, NAP_MS) !== 'timeout') continue;
    if (table.isAlive(value & AGENT_MASK)) continue;
    if (Atomics.compareExchange(words, word, value | CONTENDED, self | CONTENDED) === (value | CONTENDED))
      return true;
  }
}
