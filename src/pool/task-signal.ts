// The abort signals of the items that a worker runs: each is made when its task looks at it.

import { CancelledError, TimeoutError } from '../base/errors.js';
import { EndReason, type EndRequest } from './end-request.js';

export class TaskSignals {
  readonly #request: EndRequest;
  #ticket = -1;
  #controller: AbortController | undefined;
  #listening = false;

  constructor(request: EndRequest) {
    this.#request = request;
  }

  /** The signal of an item that runs. */
  of(ticket: number): AbortSignal {
    if (this.#controller && this.#ticket === ticket) return this.#controller.signal;
    this.#ticket = ticket;
    const controller = new AbortController();
    this.#controller = controller;
    this.#request.listen(ticket);
    const look = () => this.#look(ticket, controller); // SYNC POINT listen: pairs with EndRequest.isHeardBy
    look();
    letLookFirst(controller.signal, look);
    if (!this.#listening) void this.#listen();
    return controller.signal;
  }

  #look(ticket: number, controller: AbortController): void {
    if (isAborted(controller.signal)) return;
    const why = this.#request.endOf(ticket);
    if (why !== undefined) controller.abort(reasonOf(why));
  }

  /** From the first look at a signal on: waits to be asked, item by item. */
  async #listen(): Promise<void> {
    this.#listening = true;
    for (let asked: number | undefined; ; ) {
      asked = await this.#request.nextAsked(asked);
      if (asked === this.#ticket && this.#controller) this.#look(asked, this.#controller);
    }
  }
}

const abortedOf = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get as () => boolean;

function isAborted(signal: AbortSignal): boolean {
  return abortedOf.call(signal);
}

/** A task that computes without returning to its event loop hears nothing: it looks itself, whenever it asks. */
function letLookFirst(signal: AbortSignal, look: () => void): void {
  Object.defineProperties(signal, {
    aborted: {
      get() {
        look();
        return isAborted(signal);
      },
    },
    throwIfAborted: {
      value() {
        look();
        if (isAborted(signal)) throw signal.reason;
      },
    },
  });
}

function reasonOf(why: EndReason): Error {
  if (why === EndReason.timeout) return new TimeoutError("the item's time is over");
  return new CancelledError('nobody waits for the item any more');
}
