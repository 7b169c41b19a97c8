// SharedMemory: bytes that any process of the same user finds by their name.
//
//   new ({ create }) ──► has it ──close()──► has it no more       unlink(): the name is gone, whoever has it keeps it
//   new ({ name })   ──►
//
// The file and its owner: memory/named-memory.ts. A process that made some and ends normally takes the names with it; one
// that was killed has it swept by the next that starts. What was sent to another process is the session's, and goes with it.

import { ClosedError } from '../base/errors.js';
import { type Handle, registerShippable, SHIP, type Shippable } from '../base/shippable.js';
import {
  adopt,
  attachNamed,
  createNamed,
  inventName,
  LONGEST_NAME,
  MOST_NAMED_BYTES,
  missing,
  type NamedMemory,
  removeFile,
  sweepNamedMemory,
} from '../memory/named-memory.js';
import { Session } from '../memory/session.js';
import { sharedDirectory } from '../memory/session-directory.js';

export interface SharedMemoryOptions {
  /** 1 to 200 bytes, no slash. Absent, with `create`: one that nobody else has. */
  name?: string | undefined;
  /** Make it; otherwise the one of that name is attached. */
  create?: boolean | undefined;
  /** Bytes, with `create`; from 1 up. Ignored when attaching. */
  size?: number | undefined;
}

/** What travels; `serial` tells this memory from a later one of the same name. */
interface Reference {
  readonly name: string;
  readonly directory: string;
  readonly serial: string;
}

/** The names this process takes with it when it ends. */
const kept = new Map<string, { path: string; inode: number; adopted: boolean }>();
/** What has travelled comes back as the same object. */
const known = new Map<string, WeakRef<SharedMemory>>();
let swept = false;
let endHeard = false;

/**
 * Bytes in shared memory with a name; the counterpart of `multiprocessing.shared_memory.SharedMemory`.
 *
 * Any process of the same user can attach by name, of whatever program; not those of other users. Who attaches never
 * destroys it: it is removed by `unlink()`, or when the process that made it has ended (when it was sent to another process,
 * the whole program). Not synchronized: put a `Lock` beside it, or use `Atomics` on a typed array over `buffer`.
 * Up to the largest ArrayBuffer (4 GiB in Node 20). The memory is reserved when it is made: using it can't fail later.
 */
export class SharedMemory implements Shippable {
  readonly #memory: NamedMemory;
  readonly #name: string;
  readonly #directory: string;
  readonly #made: boolean;
  #closed = false;

  /**
   * @throws {TypeError} If an option is of the wrong type, or there is neither `name` nor `create`. {RangeError} If `size` is
   * no whole number from 1 up, or the name is empty, longer than 200 bytes or has a slash. {SystemCallError} `EEXIST` if there
   * is one of that name to be made, `ENOENT` if there is none to attach to, `EINVAL` if the file of that name is something
   * else, `ENOSPC` if shared memory is full.
   */
  constructor(options: SharedMemoryOptions) {
    const { name, create, size, directory, fill } = checked(options);
    sweepOnce(directory);
    this.#name = name ?? inventName();
    this.#directory = directory;
    this.#made = create;
    this.#memory = create
      ? createNamed(directory, this.#name, size, fill)
      : attachNamed(directory, this.#name);
    if (create) keep(this.#memory, false);
  }

  /** The bytes. Every view of it is on the shared memory. @throws {ClosedError} After `close()`. */
  get buffer(): ArrayBuffer {
    if (this.#closed) throw new ClosedError(`shared memory '${this.#name}' is closed in this process`);
    return this.#memory.range.buffer;
  }

  get name(): string {
    return this.#name;
  }

  /** In bytes, as it was asked for. */
  get size(): number {
    return this.#memory.identity.size;
  }

  /** This process has it no more; others do. A view that is still around reads zeros. */
  close(): void {
    this.#closed = true;
    this.#memory.range.unmap();
  }

  /**
   * Takes the name away, by whichever process. Who has the memory keeps it; it is given back when nobody has it any more.
   * @throws {SystemCallError} `ENOENT` if the name is gone already.
   */
  unlink(): void {
    const { path, inode } = this.#memory;
    kept.delete(keyOf(path, inode));
    if (!removeFile(path, inode)) throw missing(this.#name, 'it was unlinked already');
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [SHIP](): Handle {
    if (this.#closed) throw new ClosedError(`shared memory '${this.#name}' is closed in this process`);
    if (this.#made) {
      adopt(this.#memory, Session.current().directory);
      if (kept.has(keyOf(this.#memory.path, this.#memory.inode))) keep(this.#memory, true);
    }
    const serial = serialOf(this.#memory);
    known.set(serial, new WeakRef(this));
    return {
      kind: 'SharedMemory',
      data: { name: this.#name, directory: this.#directory, serial } satisfies Reference,
    };
  }

  static {
    registerShippable('SharedMemory', (data) => this.#receive(data as Reference));
  }

  static #receive({ name, directory, serial }: Reference): SharedMemory {
    const before = known.get(serial)?.deref();
    if (before && !before.#closed) return before;
    const received = new this({ name, [DIRECTORY]: directory } as SharedMemoryOptions);
    if (serialOf(received.#memory) !== serial) {
      received.close();
      throw missing(name, 'what was sent has been unlinked, and there is another one of that name by now');
    }
    keep(received.#memory, true);
    known.set(serial, new WeakRef(received));
    return received;
  }
}

/** For what was received: where the sender has it. */
const DIRECTORY = Symbol('directory');
/** For the classes of this library: what is written before anybody can attach. */
export const FILL: unique symbol = Symbol('fill');

interface OwnOptions extends SharedMemoryOptions {
  [DIRECTORY]?: string;
  [FILL]?: (buffer: ArrayBuffer) => void;
}

function checked(options: OwnOptions): {
  name: string | undefined;
  create: boolean;
  size: number;
  directory: string;
  fill: OwnOptions[typeof FILL];
} {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('SharedMemory takes { name, create, size }');
  const { name, create = false, size = 0 } = options;
  if (typeof create !== 'boolean') throw new TypeError('create must be true or false');
  if (typeof size !== 'number') throw new TypeError(`size must be a number of bytes, got a ${typeof size}`);
  if (name !== undefined) checkName(name);
  else if (!create) throw new TypeError('SharedMemory needs a name to attach to, or { create: true, size }');
  if (create && !(Number.isInteger(size) && size > 0 && size <= MOST_NAMED_BYTES)) {
    throw new RangeError(`size must be a whole number of bytes from 1 to ${MOST_NAMED_BYTES}, got ${size}`);
  }
  return { name, create, size, directory: options[DIRECTORY] ?? sharedDirectory(), fill: options[FILL] };
}

function checkName(name: unknown): void {
  if (typeof name !== 'string') throw new TypeError(`name must be a string, got a ${typeof name}`);
  if (name === '') throw new RangeError('a name must not be empty');
  if (name.includes('/') || name.includes('\0')) {
    throw new RangeError(`a name must have no slash and no NUL, got ${JSON.stringify(name)}`);
  }
  const length = Buffer.byteLength(name);
  if (length > LONGEST_NAME) throw new RangeError(`a name has at most ${LONGEST_NAME} bytes, got ${length}`);
}

/** Leavings of dead owners: once in a process, and at the start of every session. */
function sweepOnce(directory: string): void {
  if (swept) return;
  swept = true;
  sweepNamedMemory(directory);
}

function keep({ path, inode }: NamedMemory, adopted: boolean): void {
  if (!endHeard) process.once('exit', removeKept);
  endHeard = true;
  kept.set(keyOf(path, inode), { path, inode, adopted });
}

/** At the end of the process: what it made and never sent; the last process of a session: what was sent around in it. */
function removeKept(): void {
  let last: boolean | undefined;
  for (const { path, inode, adopted } of kept.values()) {
    if (adopted) last ??= isLastOfSession();
    if (!adopted || last) removeFile(path, inode);
  }
}

function isLastOfSession(): boolean {
  const { table, self } = Session.current();
  for (const agent of table.agents()) if (agent !== self && table.isAlive(agent)) return false;
  return true;
}

function serialOf({ identity: { pid, startTime, serial } }: NamedMemory): string {
  return `${pid}-${startTime}-${serial}`;
}

function keyOf(path: string, inode: number): string {
  return `${inode} ${path}`;
}
