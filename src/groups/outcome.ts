// Something that will have gone well or badly, once; nobody has to listen.

import { Deadline } from '../base/deadline.js';
import { within } from './within.js';

/** Undefined: it went well. */
export type Failure = { readonly error: unknown } | undefined;

export class Outcome {
  readonly #settled: Promise<Failure>;
  #settle: (failure: Failure) => void = () => {};
  #open = true;

  constructor() {
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Only the first time counts. */
  settle(failure: Failure): void {
    this.#open = false;
    this.#settle(failure);
  }

  /** Resolves when it is settled, and with undefined when the time is over. */
  settled(deadline = Deadline.never): Promise<Failure> {
    return within(this.#settled, deadline);
  }
}
