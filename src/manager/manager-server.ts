// The server: owns the objects, answers the requests of every client.
//
//   round:  new clients ─ some requests of client A ─ some of client B ─ … ─ objects that nobody refers to any more
//   sleep:  on the bell, which clients ring when they have sent something; blocking the thread was measured to be no faster
//
// Methods are synchronous: one runs at a time and none is interrupted, which is what makes each of them atomic.
// Requests of one client are answered in their order; a client never waits for another one's.

import { Deadline } from '../base/deadline.js';
import { InternalError } from '../base/errors.js';
import type { Address } from '../memory/arena.js';
import { registerOwnExports } from '../serialization/own-exports.js';
import { freeObject, heldObjects, ManagedReference } from './managed-reference.js';
import { typeNamed } from './managed-type.js';
import type { ManagerCell } from './manager-cell.js';
import { MANAGER_ID, type Request } from './manager-messages.js';
import { ServedClient } from './served-client.js';

/** After so many busy rounds the event loop has a turn. */
const ROUNDS_PER_TURN = 64;

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
  readonly #clients = new Set<ServedClient>();
  readonly #objects = new Map<number, Served>();
  /** Cells of objects that are no longer served, to be freed when no hold mentions them. */
  readonly #left = new Set<Address>();
  readonly #fresh: ManagedReference[] = [];
  #nextId = MANAGER_ID + 1;
  #collected = 0;
  #isOver = false;

  constructor(manager: ManagerCell) {
    this.#manager = manager;
  }

  async run(): Promise<void> {
    this.#manager.serve();
    for (let rounds = 1; !this.#isOver; rounds++) {
      await this.#manager.bell.until(this.#round, Deadline.never);
      if (rounds % ROUNDS_PER_TURN === 0) await new Promise(setImmediate);
    }
    this.#manager.end();
    for (const client of this.#clients) client.close();
  }

  /** Does what there is to do, some of it for everybody. Undefined if there was nothing. */
  readonly #round = (): true | undefined => {
    let worked = this.#isOver;
    for (let end = this.#manager.tryTakeConnection(); end; end = this.#manager.tryTakeConnection()) {
      this.#clients.add(new ServedClient(end, this.#handle, () => this.#manager.ring()));
    }
    for (const client of this.#clients) {
      if (client.serve()) worked = true;
      if (client.gone) this.#clients.delete(client);
    }
    // New objects are on their way, with references of their own; ours have done their duty.
    for (let fresh = this.#fresh.pop(); fresh; fresh = this.#fresh.pop()) fresh.release();
    if (this.#manager.released !== this.#collected) {
      this.#collect();
      worked = true;
    }
    return worked || undefined;
  };

  readonly #handle = ([, id, method, args]: Request): unknown => {
    if (id === MANAGER_ID) return this.#handleOwn(method, args);
    const served = this.#objects.get(id);
    if (!served?.methods.has(method)) throw new InternalError(`object ${id} has no method ${method}`);
    return served.object[method](...args);
  };

  #handleOwn(method: string, args: readonly unknown[]): unknown {
    if (method === 'shutdown') {
      this.#isOver = true;
      return undefined;
    }
    const [name, ...rest] = args as [string, ...unknown[]];
    const type = typeNamed(name);
    if (method !== 'create' || !type) throw new InternalError(`a manager can not ${method} ${name}`);
    const object = type.make(...rest) as Served['object'];
    const id = this.#nextId++;
    const reference = ManagedReference.create(this.#manager, id);
    this.#fresh.push(reference);
    this.#objects.set(id, { object, methods: new Set(type.methods), address: reference.address });
    return type.proxy(reference);
  }

  /** Lets go of the objects that nobody refers to any more. */
  #collect(): void {
    const now = heldObjects(this.#manager);
    if (!now) return; // one went while we looked: the next round looks again
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
