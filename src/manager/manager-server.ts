// The server: owns the objects, answers the requests of every connection.
//
//   inbox ──► connection A:  request ─ method of the object ─ answer ─ request ─ …        each connection in its own order,
//        └──► connection B:  request ─ method of the object ─ answer ─ …                  all of them in turn
//
// Methods are synchronous: one runs at a time and none is interrupted, which is what makes each of them atomic.
// A connection that never falls silent gives the others their turn after so many requests.

import { BrokenPipeError, ClosedError, EOFError, InternalError } from '../base/errors.js';
import type { IncomingParcel } from '../channels/parcel.js';
import type { RingConnection } from '../channels/ring-connection.js';
import type { Address } from '../memory/arena.js';
import { currentProcess } from '../process/process.js';
import { registerOwnExports } from '../serialization/own-exports.js';
import { packError } from '../serialization/remote-error.js';
import { ManagedProxy } from './managed-proxy.js';
import { freeObject, heldObjects, ManagedReference } from './managed-reference.js';
import { typeNamed } from './managed-type.js';
import type { ManagerCell } from './manager-cell.js';
import { inWordsOf, MANAGER_ID, type Reply, type Request } from './manager-messages.js';

const REQUESTS_PER_TURN = 64;

/** What runs in the manager's process, until somebody calls `shutdown`. */
export async function serveManager(manager: ManagerCell): Promise<void> {
  process.on('SIGINT', () => {}); // Ctrl-C reaches all of the terminal's processes: the clients decide what it means
  await new ManagerServer(manager).run();
}

// By its own name: it is found in the child whatever file it is in.
registerOwnExports({ $serveManager: serveManager });

interface Served {
  readonly object: Record<string, (...args: readonly unknown[]) => unknown>;
  readonly methods: ReadonlySet<string>;
  readonly address: Address;
}

class ManagerServer {
  readonly #manager: ManagerCell;
  readonly #objects = new Map<number, Served>();
  readonly #connections = new Set<RingConnection<unknown>>();
  /** Cells of objects that are no longer served, to be freed when no hold mentions them. */
  readonly #left = new Set<Address>();
  #nextId = MANAGER_ID + 1;
  #collected = 0;
  #isOver = false;

  constructor(manager: ManagerCell) {
    this.#manager = manager;
  }

  async run(): Promise<void> {
    const isOver = () => this.#isOver;
    this.#manager.serve();
    while (!this.#isOver) {
      const connection = await this.#manager.nextConnection(this.#collected, isOver);
      if (connection) void this.#serve(connection);
      else await this.#collect();
    }
    this.#manager.end();
    for (const connection of this.#connections) connection.close();
  }

  /** Answers the requests of one connection until its client is gone. */
  async #serve(connection: RingConnection<unknown>): Promise<void> {
    connection.keepAlive = false;
    this.#connections.add(connection);
    try {
      for (let served = 1; !this.#isOver; ) {
        const parcel = connection.tryTakeParcel();
        if (!parcel) {
          await connection.poll(null);
          continue;
        }
        const request = parcel.needsPreparation ? await readLater(parcel) : read(parcel);
        await this.#answer(connection, request);
        if (served++ % REQUESTS_PER_TURN === 0) await new Promise(setImmediate);
      }
    } catch (error) {
      if (!(error instanceof EOFError || error instanceof ClosedError)) throw error;
    } finally {
      this.#connections.delete(connection);
      connection.close();
    }
  }

  async #answer(connection: RingConnection<unknown>, request: Request | Error): Promise<void> {
    const number = request instanceof Error ? null : request[0];
    try {
      const result = request instanceof Error ? raise(request) : this.#handle(request);
      await this.#send(connection, [number, true, result]);
      if (request instanceof Array && request[1] === MANAGER_ID) this.#sent(result);
    } catch (error) {
      await this.#send(connection, [number, false, packError(error, currentProcess().name)]);
    }
  }

  async #send(connection: RingConnection<unknown>, reply: Reply): Promise<void> {
    try {
      await connection.send(reply);
    } catch (error) {
      // Its client is gone: what it had asked for before is done all the same.
      if (!(error instanceof BrokenPipeError)) throw inWordsOf('result', error);
    }
  }

  #handle([, id, method, args]: Request): unknown {
    if (id === MANAGER_ID) return this.#handleOwn(method, args);
    const served = this.#objects.get(id);
    if (!served?.methods.has(method)) throw new InternalError(`object ${id} has no method ${method}`);
    return served.object[method](...args);
  }

  #handleOwn(method: string, args: readonly unknown[]): unknown {
    if (method === 'shutdown') {
      this.#isOver = true;
      this.#manager.interrupt();
      return undefined;
    }
    const [name, ...rest] = args as [string, ...unknown[]];
    const type = typeNamed(name);
    if (method !== 'create' || !type) throw new InternalError(`a manager can not ${method} ${name}`);
    const object = type.make(...rest) as Served['object'];
    const id = this.#nextId++;
    const reference = ManagedReference.create(this.#manager, id);
    this.#objects.set(id, { object, methods: new Set(type.methods), address: reference.address });
    return type.proxy(reference);
  }

  /** A new object's proxy is on its way with a reference of its own; ours has done its duty. */
  #sent(result: unknown): void {
    if (result instanceof ManagedProxy) ManagedProxy.referenceOf(result).release();
  }

  /** Lets go of the objects that nobody refers to any more. */
  async #collect(): Promise<void> {
    await new Promise(setImmediate); // references often go in swarms
    const now = heldObjects(this.#manager);
    if (!now) return; // one went while we looked: look again
    for (const [id, { address }] of this.#objects) {
      if (now.held.has(address)) continue;
      this.#objects.delete(id);
      this.#left.add(address);
    }
    for (const address of this.#left) {
      if (now.mentioned.has(address)) continue;
      this.#left.delete(address);
      freeObject(address);
    }
    this.#collected = now.released;
  }
}

function read(parcel: IncomingParcel): Request | Error {
  try {
    return parcel.open() as Request;
  } catch (error) {
    return error as Error;
  }
}

async function readLater(parcel: IncomingParcel): Promise<Request | Error> {
  try {
    return (await parcel.openAsync()) as Request;
  } catch (error) {
    return error as Error;
  }
}

function raise(error: Error): never {
  throw error;
}
