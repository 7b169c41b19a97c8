// Starts threads of this process: workers of node:worker_threads, each with an agent of its own.
//
//   parent                                        thread
//   new Worker ─────────────────────────────────► claims its slot ─ … as a process does (child.ts)
//   terminate, kill: Worker.terminate() ─ wake ─► comes back from a blocking call, and the engine ends it
//   waitForEnd ◄─ slot word `ending` ───────────  ends by itself: the code of its end
//              ◄─ the kernel does not know its number any more
//   'exit' ◄───── (event loop) joined: what it had mapped is unmapped
//
// A thread gets no signals. SIGTERM, SIGINT and SIGKILL are all the same to it: it is ended at its next step, and its exit
// code says which of them it was.

import { inspect } from 'node:util';
import type { Worker } from 'node:worker_threads';
import type { AgentId } from '../memory/agent.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { ADDON_VARIABLE, addonPath } from '../platform/libc.js';
import { os } from '../platform/os.js';
import { identityOf, isAlive } from '../platform/process-identity.js';
import { threadMappings, unmapAllOf } from '../platform/thread-mappings.js';
import { getEntryUrl } from '../serialization/entry-url.js';
import { holdUntilBegun, tellToEnd } from '../sync/end-when-told.js';
import { expectUnheardEnd } from '../sync/parking.js';
import { wakeSleepers } from '../sync/wake-sleepers.js';
import {
  CHILD_VARIABLE,
  type EndStatus,
  type Launched,
  type Launcher,
  type LaunchOptions,
  writeTicket,
} from './launcher.js';
import { threadEntry } from './thread-entry.js';
import type { ThreadSetup } from './thread-main.js';
import { openThreadOutputs, type ThreadOutput } from './thread-outputs.js';

// Relative names in flags of node are understood from here.
const startFolder = currentFolder();

/** How often a blocked parent looks whether a thread has ended without a word: out of memory. */
const LOOK_EVERY_MS = 50;
/** How long they may take to come out of a call, or to begin, before the engine ends them where they are. */
const COME_OUT_MS = 5000;
/** How often one that is to end is woken: it may have gone to sleep after the last time. */
const WAKE_EVERY_MS = 2;

export const threadLauncher: Launcher = {
  launch(options: LaunchOptions): Launched {
    refuseWhatThreadsCanNot(options);
    const { Worker, threadId } = process.getBuiltinModule('node:worker_threads');
    const { agent, execArgv, maxOldSpaceMb } = options;
    const ticket = writeTicket({
      directory: Session.current().directory,
      agent,
      parentPid: process.pid,
      dieWithParent: false,
      cwd: undefined,
      entryUrl: getEntryUrl(),
      isThread: true,
    });
    const outputs = openThreadOutputs(options.stdio, agent);
    const [stdout, stderr] = outputs;
    const setup: ThreadSetup = {
      mappings: threadMappings(),
      parentThread: threadId,
      stdout: stdout.fd,
      stderr: stderr.fd,
    };
    holdUntilBegun(agent);
    const before = new Set(os.threadNumbers());
    try {
      const entry = threadEntry(execArgv ?? process.execArgv, startFolder);
      const worker = new Worker(entry.script, {
        eval: entry.eval,
        workerData: setup,
        env: environmentOf(options.env ?? process.env, ticket),
        ...(execArgv ? { execArgv: [...execArgv] } : {}),
        ...(maxOldSpaceMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: maxOldSpaceMb } }),
        stdout: true,
        stderr: true,
      });
      const candidates = os.threadNumbers().filter((number) => !before.has(number));
      return new LaunchedThread(agent, worker, outputs, candidates);
    } catch (error) {
      for (const output of outputs) {
        output.close();
        output.reader?.destroy();
      }
      throw asTypeError(error);
    }
  },
};

/** Flags of the engine and of a whole process are refused by Node, in its own words. */
function asTypeError(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_WORKER_INVALID_EXEC_ARGV') return error;
  return new TypeError(
    `execArgv: a thread shares its process with others and can not have flags of its own of that kind (${message}): ` +
      `use the start method 'spawn'`,
  );
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '/'; // it has been removed
  }
}

/** @throws {TypeError} If an option is one that only a process can have. */
function refuseWhatThreadsCanNot({ cwd, detached }: LaunchOptions): void {
  if (cwd !== undefined)
    throw new TypeError(
      `cwd: a thread works in the folder of its process and can not be started in ${cwd}: use the start method 'spawn'`,
    );
  if (detached)
    throw new TypeError(
      "detached: a thread ends with its process and can not be detached: use the start method 'spawn'",
    );
}

function environmentOf(env: Readonly<Record<string, string | undefined>>, ticket: string): NodeJS.ProcessEnv {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) given[name] = value;
  delete given['NODE_TEST_CONTEXT']; // it would make the thread report to a test runner
  given[CHILD_VARIABLE] = ticket;
  const addon = addonPath();
  if (addon !== undefined) given[ADDON_VARIABLE] = addon;
  return given;
}

class LaunchedThread implements Launched {
  readonly #agent: AgentId;
  readonly #worker: Worker;
  readonly #stdout: ThreadOutput;
  readonly #stderr: ThreadOutput;
  /** Numbers of the threads of this process that came up when it was started. */
  readonly #candidates: readonly number[];
  readonly #listeners: ((status: EndStatus) => void)[] = [];
  #signal: NodeJS.Signals | undefined;
  #status: EndStatus | undefined;
  #waking: NodeJS.Timeout | undefined;
  #terminateAtMs = Number.POSITIVE_INFINITY;
  #terminated = false;

  constructor(
    agent: AgentId,
    worker: Worker,
    [stdout, stderr]: readonly [ThreadOutput, ThreadOutput],
    candidates: readonly number[],
  ) {
    this.#agent = agent;
    this.#worker = worker;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#candidates = candidates;
    const thread = worker.threadId;
    const endIsHeard = expectUnheardEnd();
    // The thread itself writes to descriptors; this is what was printed before it began.
    worker.stdout.on('data', (chunk: Buffer) => stdout.write(chunk));
    worker.stderr.on('data', (chunk: Buffer) => stderr.write(chunk));
    worker.on('error', (error) => {
      if (this.#ending === 0) stderr.write(Buffer.from(`${inspect(error)}\n`)); // it could not say so itself
    });
    worker.once('exit', () => {
      clearInterval(this.#waking);
      endIsHeard();
      this.#status ??= this.#readStatus();
      stdout.close();
      stderr.close();
      unmapAllOf(thread);
      for (const listener of this.#listeners.splice(0)) listener(this.#status);
    });
  }

  /** That of this process. */
  get pid(): number {
    return process.pid;
  }

  get stdout(): NodeJS.ReadableStream | null {
    return this.#stdout.reader;
  }

  get stderr(): NodeJS.ReadableStream | null {
    return this.#stderr.reader;
  }

  onEnd(listener: (status: EndStatus) => void): void {
    this.#listeners.push(listener);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#signal !== undefined || this.waitForEnd(0)) return;
    this.#signal = signal;
    this.#terminateAtMs = performance.now() + COME_OUT_MS;
    this.#end();
    this.#waking = setInterval(() => this.#end(), WAKE_EVERY_MS).unref();
  }

  keepAlive(keep: boolean): void {
    if (keep) this.#worker.ref();
    else this.#worker.unref();
  }

  waitForEnd(timeoutMs: number): EndStatus | undefined {
    const until = performance.now() + timeoutMs;
    const { table } = Session.current();
    const word = table.baseOf(this.#agent) + Slot.ending;
    for (;;) {
      if (this.#status) return this.#status;
      if (this.#isGone) {
        this.#status = this.#readStatus();
        return this.#status;
      }
      if (this.#signal) this.#end();
      const left = until - performance.now();
      if (left <= 0) return undefined;
      const ending = this.#ending;
      const sleepMs = ending !== 0 || this.#signal ? WAKE_EVERY_MS : LOOK_EVERY_MS;
      const outcome = os.futexWait(table.pointer + word * 4, ending, Math.min(left, sleepMs));
      if (outcome === 'interrupted') return undefined;
    }
  }

  /** By the kernel's word; the event loop may not have heard of it. */
  get #isGone(): boolean {
    const { table } = Session.current();
    const who = table.identityOf(this.#agent);
    if (who.pid === process.pid) return this.#ending !== 0; // no numbers of threads on this system
    if (who.pid !== 0) return !isAlive(who);
    // It has not claimed its slot yet.
    return this.#candidates.length > 0 && this.#candidates.every((number) => !identityOf(number));
  }

  /** 1 and the code of its end, once it ends by itself. */
  get #ending(): number {
    const { table } = Session.current();
    return Atomics.load(table.words, table.baseOf(this.#agent) + Slot.ending);
  }

  #readStatus(): EndStatus {
    const ending = this.#ending;
    if (ending !== 0) return { code: ending - 1, signal: null };
    if (this.#signal) return { code: null, signal: this.#signal };
    // Without a word: out of memory, as which a process is aborted; or it could not even begin.
    const { table } = Session.current();
    const began = table.identityOf(this.#agent).pid !== 0;
    return began ? { code: null, signal: 'SIGABRT' } : { code: 1, signal: null };
  }

  /** It can only be ended in JavaScript. So must its own threads be, which the engine ends with it. */
  #end(): void {
    const all = threadsBelow(this.#agent);
    const allOutside = tellToEnd(all);
    wakeSleepers(all);
    if (this.#terminated || !(allOutside || performance.now() > this.#terminateAtMs)) return;
    this.#terminated = true;
    void this.#worker.terminate();
  }
}

/** A thread, its threads, and theirs. */
function threadsBelow(agent: AgentId): Set<AgentId> {
  const { table } = Session.current();
  const threads = [...table.agents()].filter((other) => table.pidOf(other) === process.pid);
  const below = new Set([agent]);
  for (let known = 0; known < below.size; ) {
    known = below.size;
    for (const thread of threads)
      if (below.has(table.words[table.baseOf(thread) + Slot.parent] as number)) below.add(thread);
  }
  return below;
}
