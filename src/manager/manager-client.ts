// The one connection of this process to a manager: all its proxies send over it, without waiting for each other.
//
//   call ─ serialize ─ send ─► …                  … ─► answer ─► the call settles
//          └ pending[number]                              listens only while something is pending: an idle client has
//                                                         no reader, no timer, and keeps no program alive
//   EOF: every pending call rejects with ManagerDiedError, and so does every later one

import { BrokenPipeError, EOFError, InternalError, ManagerDiedError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import type { IncomingParcel } from '../channels/parcel.js';
import { Pipe } from '../channels/pipe.js';
import type { RingConnection } from '../channels/ring-connection.js';
import { unpackError } from '../serialization/remote-error.js';
import type { ManagedReference } from './managed-reference.js';
import type { ManagerCell } from './manager-cell.js';
import { inWordsOf, MANAGER_ID, type Reply, type Request } from './manager-messages.js';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Keeps the object alive until it has answered. */
  readonly reference: ManagedReference | undefined;
}

const clients = new Map<ManagerCell, ManagerClient>();

/** This process's client of a manager. */
export function clientOf(manager: ManagerCell): ManagerClient {
  let client = clients.get(manager);
  if (!client) {
    client = new ManagerClient(manager);
    clients.set(manager, client);
  }
  return client;
}

export class ManagerClient {
  readonly #manager: ManagerCell;
  readonly #pending = new Map<number, Pending>();
  #connection: RingConnection<unknown> | undefined;
  #nextNumber = 0;
  #listening = false;

  constructor(manager: ManagerCell) {
    this.#manager = manager;
  }

  /**
   * Calls a method of a managed object, or of the manager itself if no reference is given.
   * @throws What the method throws. {ManagerDiedError} If the server is gone, or goes before it has answered.
   * @throws {SerializationError | NotShippableError} If an argument, or the result, can't travel; the message names the path.
   */
  call(reference: ManagedReference | undefined, method: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const connection = this.#connect();
      const number = this.#nextNumber++;
      const request: Request = [number, reference?.id ?? MANAGER_ID, method, args];
      this.#pending.set(number, { resolve, reject, reference });
      const sent = connection.send(request);
      CHAOS: killPoint('manager.call.sent');
      this.#manager.ring();
      sent.then(this.#ring, (error: unknown) => this.#refuse(number, error)); // rings again if it had to wait for room
      if (!this.#listening) void this.#listen(connection);
    });
  }

  #connect(): RingConnection<unknown> {
    if (this.#pending.size === 0) this.#manager.checkServer();
    if (this.#connection) return this.#connection;
    const [ours, theirs] = Pipe() as [RingConnection<unknown>, RingConnection<unknown>];
    try {
      this.#manager.submit(theirs);
    } catch (error) {
      ours.close();
      throw error;
    } finally {
      theirs.close();
    }
    this.#connection = ours;
    return ours;
  }

  readonly #ring = (): void => this.#manager.ring();

  /** A request was not sent. */
  #refuse(number: number, error: unknown): void {
    if (error instanceof BrokenPipeError) this.#lose();
    else this.#settle(number)?.reject(inWordsOf('args', error));
  }

  /** Settles calls as answers come, until none is pending. */
  async #listen(connection: RingConnection<unknown>): Promise<void> {
    this.#listening = true;
    try {
      while (this.#pending.size > 0) {
        const parcel = connection.tryTakeParcel();
        if (!parcel) await connection.poll(null);
        else if (parcel.needsPreparation) this.#answer(await readLater(parcel));
        else this.#answer(read(parcel));
      }
    } catch (error) {
      this.#lose(error);
    } finally {
      this.#listening = false;
    }
  }

  #answer([number, ok, value]: Reply): void {
    const pending = this.#settle(number ?? this.#oldest());
    if (ok) pending?.resolve(value);
    else pending?.reject(value instanceof Error ? value : unpackError(value));
  }

  #settle(number: number): Pending | undefined {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    return pending;
  }

  #oldest(): number {
    const [number] = this.#pending.keys();
    if (number === undefined) throw new InternalError('the manager answered what was not asked');
    return number;
  }

  /** The server is gone. */
  #lose(error?: unknown): void {
    this.#connection?.close();
    this.#connection = undefined;
    const all = [...this.#pending.values()];
    this.#pending.clear();
    const died = error === undefined || error instanceof EOFError || this.#manager.isGone;
    for (const { reject } of all) reject(died ? new ManagerDiedError() : error);
  }
}

function read(parcel: IncomingParcel): Reply {
  try {
    return parcel.open() as Reply;
  } catch (error) {
    return [null, false, error];
  }
}

async function readLater(parcel: IncomingParcel): Promise<Reply> {
  try {
    return (await parcel.openAsync()) as Reply;
  } catch (error) {
    return [null, false, error];
  }
}
