// Where a thread's output goes, as its parent sees it: descriptors of the process, or pipes whose other end the parent reads.

import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { type AgentId, epochOf, slotOf } from '../memory/agent.js';
import { Session } from '../memory/session.js';
import { openStreamPipe } from '../platform/stream-pipe.js';
import type { Stdio } from './launcher.js';
import { NOWHERE, writeWhole } from './thread-output.js';

type Entry = 'inherit' | 'ignore' | 'pipe' | number;

/** One of the two. */
export class ThreadOutput {
  /** The thread writes to it. */
  readonly fd: number;
  readonly reader: Socket | null;

  constructor(fd: number, reader: Socket | null) {
    this.fd = fd;
    this.reader = reader;
  }

  /** For what the thread has printed before it was ours. */
  write(bytes: Uint8Array): void {
    if (this.fd !== NOWHERE) writeWhole(this.fd, bytes);
  }

  /** The thread has ended: its reader is at the end when it has read everything. */
  close(): void {
    if (this.reader) closeSync(this.fd);
  }
}

/**
 * Opens what the `stdio` option says, for stdout and stderr.
 * @throws {TypeError} If it gives a thread an input, or more descriptors: it has those of its process.
 */
export function openThreadOutputs(stdio: Stdio | undefined, agent: AgentId): [ThreadOutput, ThreadOutput] {
  const entries: readonly Entry[] = stdio === undefined ? ['ignore', 'inherit', 'inherit'] : entriesOf(stdio);
  if (entries.length > 3)
    throw new TypeError(
      `stdio: a thread has the descriptors of its process and is given none; leave out all but 3`,
    );
  if (Array.isArray(stdio) && (stdio[0] === 'inherit' || typeof stdio[0] === 'number'))
    throw new TypeError(`stdio: a thread can not read the program's input, got ${stdio[0]}: say 'ignore'`);
  const stdout = openOutput(entries[1] ?? 'pipe', 1, agent);
  try {
    return [stdout, openOutput(entries[2] ?? 'pipe', 2, agent)];
  } catch (error) {
    stdout.close();
    stdout.reader?.destroy();
    throw error;
  }
}

function entriesOf(stdio: Stdio): readonly Entry[] {
  return typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio;
}

function openOutput(entry: Entry, inherited: number, agent: AgentId): ThreadOutput {
  if (entry === 'ignore') return new ThreadOutput(NOWHERE, null);
  if (entry === 'inherit') return new ThreadOutput(inherited, null);
  if (typeof entry === 'number') return new ThreadOutput(entry, null);
  const path = Session.current().path(`output-${slotOf(agent)}-${epochOf(agent)}-${inherited}`);
  const { reader, writeEnd } = openStreamPipe(path);
  return new ThreadOutput(writeEnd, reader);
}
