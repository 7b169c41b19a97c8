// Trying again for a moment before going to sleep: a peer on another core often answers sooner than a sleep and a wake take.
//
//   tokens in the session's table:  [ agent id │ agent id │ … ]     one fewer than there are processors
//
// Only who has a token spins: there is always a processor left for those who are waited for, however many wait. Whoever
// dies with one leaves its id in it, and recovery takes it out.
//
// Whether it pays shows in how often it did: a hit earns a credit, a miss costs one. Without credit there is a probe now
// and then: of two that pass a thing to and fro, each sleeps otherwise because the other one does. The more probes fail,
// the rarer they get.

import type { AgentId } from '../memory/agent.js';
import { SPIN_TOKENS, TableHeader } from '../memory/process-table.js';
import { Session } from '../memory/session.js';

const SPIN_MS = 0.1; // a sleep and a wake take 10 to 50 microseconds
const TRIES_AT_A_TIME = 50;
const ASK_FOR_TOKEN = 50;
const MOST_CREDIT = 8;
const PROBE_EVERY = 32;
const PROBE_EVERY_MOST = 1024;

let tokens: number | undefined;

function tokenCount(): number {
  // Asked at the first wait: to load node:os would cost every child that never waits.
  tokens ??= Math.min(SPIN_TOKENS, process.getBuiltinModule('node:os').availableParallelism() - 1);
  return tokens;
}

export class Spin {
  #credit = MOST_CREDIT;
  #misses = 0;
  #probeEvery = PROBE_EVERY;

  /** The first result of `step`, or undefined if there was none for the moment that it is worth. */
  run<Result>(step: () => Result | undefined): Result | undefined {
    if (tokenCount() === 0 || (this.#credit === 0 && ++this.#misses < this.#probeEvery)) return undefined;
    const { table, self } = Session.current();
    let token = -1;
    // The one who spins may be just the one who was waited for, about to give the token back: ask a few times.
    for (let i = 0; i < ASK_FOR_TOKEN && token < 0; i++) {
      token = takeToken(table.words, self);
      const result = token < 0 ? step() : undefined;
      if (result !== undefined) return this.#hit(result);
    }
    if (token < 0) return undefined;
    try {
      return this.#spin(step);
    } finally {
      Atomics.store(table.words, token, 0);
    }
  }

  #spin<Result>(step: () => Result | undefined): Result | undefined {
    const until = performance.now() + SPIN_MS;
    do {
      for (let i = 0; i < TRIES_AT_A_TIME; i++) {
        const result = step();
        if (result !== undefined) return this.#hit(result);
      }
    } while (performance.now() < until);
    this.#miss();
    return undefined;
  }

  #hit<Result>(result: Result): Result {
    if (this.#credit < MOST_CREDIT) this.#credit++;
    this.#misses = 0;
    this.#probeEvery = PROBE_EVERY;
    return result;
  }

  #miss(): void {
    if (this.#credit > 0) this.#credit--;
    else this.#probeEvery = Math.min(PROBE_EVERY_MOST, this.#probeEvery * 2);
    this.#misses = 0;
  }
}

/** Index of the word of a token that is now ours; -1 if there is none left. */
function takeToken(words: Int32Array, self: AgentId): number {
  const count = tokenCount();
  for (let i = 0; i < count; i++) {
    const word = TableHeader.spinners + i;
    if (Atomics.load(words, word) === 0 && Atomics.compareExchange(words, word, 0, self) === 0) return word;
  }
  return -1;
}

/** Recovery: a dead one spins no more. */
export function dropSpinTokens(dead: AgentId): void {
  const { words } = Session.current().table;
  for (let i = 0; i < SPIN_TOKENS; i++) Atomics.compareExchange(words, TableHeader.spinners + i, dead, 0);
}
