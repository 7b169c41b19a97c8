// The states of an object as a frozen table: which may follow which. Every other move is a bug of ours.

import { InternalError } from './errors.js';

/** For each state, the states that may follow it. */
export type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>;

export class StateMachine<State extends string> {
  readonly #name: string;
  readonly #table: Transitions<State>;
  #state: State;

  constructor(name: string, table: Transitions<State>, initial: State) {
    this.#name = name;
    this.#table = table;
    this.#state = initial;
  }

  get state(): State {
    return this.#state;
  }

  is(...states: readonly State[]): boolean {
    return states.includes(this.#state);
  }

  /** @throws {InternalError} If the table does not allow it. */
  to(next: State): void {
    if (!this.#table[this.#state].includes(next))
      throw new InternalError(`${this.#name} went from ${this.#state} to ${next}`);
    this.#state = next;
  }
}
