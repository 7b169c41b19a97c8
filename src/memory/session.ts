// One run of a program: a private directory of mapped files, shared by all its processes and served by nobody.
//
//   /dev/shm/manyhands-<pid>-<start>-<random>/      mode 0700
//       table           processes of the session (process-table.ts)
//       segment-<n>-<g> slabs of cells and blocks   (segment.ts)
//       door-<agent>    doorbell of a process       (fifo.ts)
//
// The first process makes it at the first use of anything shared; its children are told where it is. The last one to
// end removes it. If that one was killed, the next session of anybody on this machine sweeps it: the name says whose it
// was, the table says who else may live in it.

import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InternalError, SystemCallError } from '../base/errors.js';
import { MappedFile } from '../platform/mapped-file.js';
import { isAlive, ownIdentity } from '../platform/process-identity.js';
import { type AgentId, NOBODY } from './agent.js';
import { sweepNamedMemory } from './named-memory.js';
import { ProcessTable, TABLE_BYTES, TABLE_MAGIC, TABLE_VERSION, TableHeader } from './process-table.js';
import { livesOn, sharedDirectory, someoneLives } from './session-directory.js';

const PREFIX = 'manyhands-';

export class Session {
  readonly directory: string;
  readonly table: ProcessTable;
  /** This process (or thread) in the session. */
  readonly self: AgentId;

  private constructor(directory: string, table: ProcessTable, self: AgentId) {
    this.directory = directory;
    this.table = table;
    this.self = self;
    process.once('exit', () => this.#leave());
  }

  static #create(): Session {
    const parent = sharedDirectory();
    sweepDeadSessions(parent);
    sweepNamedMemory(parent);
    const { pid, startTime } = ownIdentity();
    const directory = join(parent, `${PREFIX}${pid}-${startTime.toString(36)}-${randomName()}`);
    try {
      mkdirSync(directory, { mode: 0o700 });
      chmodSync(directory, 0o700);
      const file = MappedFile.create(join(directory, 'table'), TABLE_BYTES, TABLE_BYTES);
      const table = new ProcessTable(file.buffer, file.pointer);
      table.words[TableHeader.version] = TABLE_VERSION;
      const self = table.reserve(NOBODY);
      table.claim(self, ownIdentity());
      Atomics.store(table.words, TableHeader.magic, TABLE_MAGIC);
      return new Session(directory, table, self);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw asSystemCallError(error, `can not make the session directory ${directory}`);
    }
  }

  /** Joins the session a parent has made, as the agent it has reserved. */
  static attach(directory: string, self: AgentId): Session {
    if (current) throw new InternalError('this process is in a session already');
    const table = openTable(directory);
    table.claim(self, ownIdentity());
    current = new Session(directory, table, self);
    return current;
  }

  /** The session of this process; made at the first call, unless a parent has made it. */
  static current(): Session {
    current ??= Session.#create();
    return current;
  }

  /** Whether there is a session yet, without making one. */
  static get exists(): boolean {
    return current !== undefined;
  }

  /** A number that grows with every call in any process: arrival order. */
  nextTicket(): number {
    return Atomics.add(this.table.words, TableHeader.ticket, 1);
  }

  /** Changes with every hold that any process makes. */
  get holdsMade(): number {
    return Atomics.load(this.table.words, TableHeader.holdsMade);
  }

  noteHold(): void {
    Atomics.add(this.table.words, TableHeader.holdsMade, 1);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  #leave(): void {
    this.table.markDead(this.self);
    // What threads of a process are still there end with it, in the next moment.
    const ending = ownIdentity().pid === process.pid ? process.pid : undefined;
    if (!someoneLives(this.table, ending)) rmSync(this.directory, { recursive: true, force: true });
  }
}

let current: Session | undefined;

function randomName(): string {
  // Loaded here: only the process that makes a session needs it.
  return process.getBuiltinModule('node:crypto').randomBytes(6).toString('hex');
}

/** Removes what dead sessions of this user have left behind. */
export function sweepDeadSessions(parent: string = sharedDirectory()): string[] {
  const swept: string[] = [];
  for (const name of readdirSync(parent)) {
    const match = /^manyhands-(\d+)-([0-9a-z]+)-[0-9a-f]{12}$/.exec(name);
    if (!match) continue;
    const directory = join(parent, name);
    const maker = { pid: Number(match[1]), startTime: Number.parseInt(match[2] as string, 36) };
    try {
      const entry = lstatSync(directory);
      if (!entry.isDirectory() || entry.uid !== process.getuid?.()) continue;
      if (isAlive(maker) || livesOn(directory)) continue;
      rmSync(directory, { recursive: true, force: true });
      swept.push(name);
    } catch {
      // Another process is sweeping it at the same time, or it is not ours to remove.
    }
  }
  return swept;
}

function openTable(directory: string): ProcessTable {
  const file = MappedFile.open(join(directory, 'table'));
  const table = new ProcessTable(file.buffer, file.pointer);
  if (file.sizeBytes < TABLE_BYTES || table.words[TableHeader.magic] !== TABLE_MAGIC) {
    file.unmap();
    throw new InternalError(`${directory} is no session of this library`);
  }
  if (table.words[TableHeader.version] !== TABLE_VERSION) {
    throw new InternalError(`${directory} is a session of another version of this library`);
  }
  return table;
}

function asSystemCallError(error: unknown, what: string): unknown {
  const { code, errno, syscall, message } = error as NodeJS.ErrnoException;
  if (error instanceof SystemCallError || code === undefined || errno === undefined) return error;
  return new SystemCallError(`${what}: ${message}`, code, Math.abs(errno), syscall ?? 'unknown');
}
