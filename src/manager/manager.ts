// Manager: a server process that owns objects, and the handle by which they are made.
//
//   await Manager()  ─►  daemon process, serving  ─►  manager.dict() …  ─►  shutdown(), or the end of the program

import { ClosedError, ManagerDiedError, ProcessCrashedError } from '../base/errors.js';
import { type Handle, registerShippable, SHIP, type Shippable } from '../base/shippable.js';
import { Session } from '../memory/session.js';
import { Process } from '../process/process.js';
import type { ContextOption } from '../process/start-method.js';
import { type DictEntries, dictType, entriesOf, type ManagedDict } from './managed-dict.js';
import type { ManagedType } from './managed-type.js';
import { ManagerCell } from './manager-cell.js';
import { clientOf } from './manager-client.js';
import { serveManager } from './manager-server.js';

/**
 * A server process with objects that any process can use through proxies; the counterpart of what
 * `multiprocessing.Manager()` returns.
 *
 * An object lives as long as a proxy of it does, in any process or message, or as an entry of another managed object; the
 * server ends with `shutdown()` or with the process that made it. It can travel: other processes make objects by it too.
 */
export interface Manager extends AsyncDisposable {
  /**
   * Makes a dict.
   * @param initial A Map, entries, or a plain object.
   * @throws {TypeError} If it is none of these. {ManagerDiedError} If the server is gone. {ClosedError} After `shutdown`.
   */
  dict<V = unknown>(initial: Readonly<Record<string, V>>): Promise<ManagedDict<string, V>>;
  dict<K = unknown, V = unknown>(initial?: DictEntries<K, V>): Promise<ManagedDict<K, V>>;
  /**
   * Ends the server: what this process has asked for before is done, then everybody's calls reject with ManagerDiedError.
   * Resolves when it has ended; one that does not answer is killed. Idempotent.
   */
  shutdown(): Promise<void>;
}

export interface ManagerOptions {
  /** How its server is started, as of a Process. */
  context?: ContextOption | undefined;
}

/**
 * Starts a manager. It is a daemon: it ends with this process, and when it is idle it keeps no program alive. Not for what a
 * `Lock`, `Queue` or shared memory can do alone: those need no server, and are many times faster.
 * @throws {SystemCallError} If the operating system refuses. {ProcessCrashedError} If the server ends before it serves.
 */
export async function Manager(options: ManagerOptions = {}): Promise<Manager> {
  const cell = ManagerCell.create();
  const { context } = options;
  const server = new Process({ target: serveManager, args: [cell], daemon: true, context });
  server.name = server.name.replace(/^Process/, 'Manager');
  await server.start();
  await cell.started(() => !server.isAlive());
  if (cell.server === 0) {
    const { pid, exitCode, name } = server;
    throw new ProcessCrashedError(`${name} (pid ${pid}) ended before it served`, {
      pid,
      exitCode,
      signal: null,
    });
  }
  return new ManagerHandle(cell, server);
}

/** How long a server may take to end before it is told to by signals. */
const GRACE_MS = 1000;

class ManagerHandle implements Manager, Shippable {
  readonly #cell: ManagerCell;
  /** The server, in the process that started it. */
  readonly #process: Process<[ManagerCell], Promise<void>> | undefined;
  #shutdown: Promise<void> | undefined;

  constructor(cell: ManagerCell, process?: Process<[ManagerCell], Promise<void>>) {
    this.#cell = cell;
    this.#process = process;
  }

  async dict(initial: unknown = []): Promise<ManagedDict<never, never>> {
    return (await this.#create(dictType, entriesOf(initial))) as ManagedDict<never, never>;
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end();
    return this.#shutdown;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  toString(): string {
    const where = this.#cell.isGone ? 'gone' : `pid ${Session.current().table.pidOf(this.#cell.server)}`;
    return `<Manager ${where}>`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  [SHIP](): Handle {
    return { kind: 'Manager', data: this.#cell };
  }

  #create(type: ManagedType, ...args: readonly unknown[]): Promise<unknown> {
    if (this.#shutdown) return Promise.reject(new ClosedError('the manager was shut down by this process'));
    return clientOf(this.#cell).call(undefined, 'create', [type.name, ...args]);
  }

  async #end(): Promise<void> {
    const asked = clientOf(this.#cell).call(undefined, 'shutdown', []);
    asked.catch((error: unknown) => {
      if (!(error instanceof ManagerDiedError)) throw error;
    });
    if (this.#process) return end(this.#process);
    if (await this.#cell.gone(GRACE_MS)) return;
    const { table } = Session.current();
    const { server } = this.#cell;
    // A thread can only be ended by the process that it is in, and a signal would end all of that.
    if (table.isAlive(server) && table.hostOf(server) === 0)
      process.kill(table.identityOf(server).pid, 'SIGKILL');
  }
}

async function end(server: Process<[ManagerCell], Promise<void>>): Promise<void> {
  await server.join(GRACE_MS);
  server.terminate();
  await server.join(GRACE_MS);
  server.kill();
  await server.join();
}

registerShippable('Manager', (cell) => new ManagerHandle(cell as ManagerCell));
