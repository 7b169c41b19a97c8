// One client as the server sees it: its connection, and whether its next request may be taken.
//
//   IDLE ──request──► handled ──answer sent──► IDLE
//     │                   └──no room for the answer──► BUSY ──room──► IDLE
//     ├──request with modules to import──► BUSY ──imported──► handled …
//     └──EOF──► GONE          (what it had sent before is done all the same)

import { BrokenPipeError, EOFError, TimeoutError } from '../base/errors.js';
import type { IncomingParcel } from '../channels/parcel.js';
import type { RingConnection } from '../channels/ring-connection.js';
import { currentProcess } from '../process/process.js';
import { packError } from '../serialization/remote-error.js';
import { inWordsOf, type Reply, type Request } from './manager-messages.js';

/** At most so many requests are answered before it is another client's turn. */
const REQUESTS_PER_TURN = 16;

export class ServedClient {
  readonly #connection: RingConnection<unknown>;
  readonly #handle: (request: Request) => unknown;
  readonly #whenIdle: () => void;
  #busy = false;
  #gone = false;

  /** @param whenIdle Called when it has been busy and is not any more. */
  constructor(
    connection: RingConnection<unknown>,
    handle: (request: Request) => unknown,
    whenIdle: () => void,
  ) {
    this.#connection = connection;
    this.#handle = handle;
    this.#whenIdle = whenIdle;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Answers some of the requests that are there. False if there was none. */
  serve(): boolean {
    let served = 0;
    while (served < REQUESTS_PER_TURN && !this.#busy && !this.#gone) {
      const parcel = this.#tryTake();
      if (!parcel) break;
      served++;
      const work = parcel.needsPreparation
        ? this.#openAndAnswer(parcel)
        : this.#answer(() => parcel.open() as Request);
      if (work) this.#later(work);
    }
    return served > 0;
  }

  close(): void {
    this.#gone = true;
    this.#connection.close();
  }

  #tryTake(): IncomingParcel | undefined {
    try {
      return this.#connection.tryTakeParcel();
    } catch (error) {
      if (!(error instanceof EOFError)) throw error;
      this.close();
      return undefined;
    }
  }

  async #openAndAnswer(parcel: IncomingParcel): Promise<void> {
    const open = await parcel.openAsync().then(
      (request) => () => request as Request,
      (error: unknown) => () => {
        throw error;
      },
    );
    await this.#answer(open);
  }

  /** @returns A promise if the answer has to wait for room. */
  #answer(open: () => Request): Promise<void> | undefined {
    let number: number | null = null;
    try {
      const request = open();
      number = request[0];
      return this.#send([number, true, this.#handle(request)]);
    } catch (error) {
      return this.#send([number, false, packError(inWordsOf('result', error), currentProcess().name)]);
    }
  }

  /** @throws {SerializationError | NotShippableError} If the reply can't travel. */
  #send(reply: Reply): Promise<void> | undefined {
    try {
      this.#connection.sendSync(reply, 0);
    } catch (error) {
      if (error instanceof TimeoutError) return this.#connection.send(reply);
      if (!(error instanceof BrokenPipeError)) throw error; // else nobody waits for it any more
    }
    return undefined;
  }

  /** The next request waits until `work` is done. */
  #later(work: Promise<void>): void {
    this.#busy = true;
    const done = () => {
      this.#busy = false;
      this.#whenIdle();
    };
    work.then(done, (error: unknown) => {
      done();
      if (!(error instanceof BrokenPipeError)) throw error;
    });
  }
}
