// A started process as its parent sees it: launched, watched, ended.
//
//   parent                                                        child
//   reserve slot ─ spawn ─ lay the parcel down ─ wake ──────────►  attach ─ pick it up ─ IMPORTING ─ RUNNING ─ run()
//   start() resolves ◄──────────────────────────────────────────  RUNNING
//   result() resolves ◄─────────────────────────────────────────  result laid down ─ SETTLED ─ (until its loop is empty)
//   joined ◄─ recovery of all it held ◄─ SIGCHLD ───────────────  end, of any kind
//
// The process is spawned before its parcel is made: while it boots, the parent reads functions and serializes.

import { constants } from 'node:os';
import { Deadline } from '../base/deadline.js';
import { ProcessCrashedError, TimeoutError } from '../base/errors.js';
import { OutgoingParcel } from '../channels/parcel.js';
import { loadParcel, storeParcel } from '../channels/stored-parcel.js';
import type { AgentId } from '../memory/agent.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { os } from '../platform/os.js';
import { identityOf } from '../platform/process-identity.js';
import { unpackError } from '../serialization/remote-error.js';
import { recoverAgent } from '../sync/recovery.js';
import type { EndStatus, Launched, Launcher, LaunchOptions } from './launcher.js';
import { Phase, StartStatus } from './start-status.js';

/** What `run()` came to, as the child reports it. */
export type Report = { ok: true; value: unknown } | { ok: false; error: unknown };

export class Child {
  readonly agent: AgentId;
  readonly launched: Launched;
  readonly #name: string;
  readonly #status: StartStatus;
  readonly #ended: Promise<void>;
  #end: EndStatus | undefined;
  #report: Promise<Report> | undefined;

  private constructor(name: string, agent: AgentId, launched: Launched, status: StartStatus) {
    this.#name = name;
    this.agent = agent;
    this.launched = launched;
    this.#status = status;
    this.#ended = new Promise((resolve) => {
      launched.onEnd((end) => {
        this.#noteEnd(end);
        resolve();
      });
    });
  }

  /**
   * Spawns a process and hands `parcel()` over to it.
   * @throws {SerializationError | NotShippableError} If the parcel can't be made; the process is killed again.
   */
  static launch(name: string, launcher: Launcher, options: Omit<LaunchOptions, 'agent'>, content: () => unknown): Child {
    const { table, self } = Session.current();
    const agent = table.reserve(self);
    const status = StartStatus.create();
    const base = table.baseOf(agent);
    table.words[base + Slot.status] = status.address;
    let launched: Launched;
    try {
      launched = launcher.launch({ ...options, agent });
    } catch (error) {
      table.markDead(agent);
      table.release(agent);
      status.free();
      throw error;
    }
    const identity = identityOf(launched.pid);
    if (identity) table.setIdentity(agent, identity);
    const child = new Child(name, agent, launched, status);
    try {
      const block = storeParcel(OutgoingParcel.of(content(), name), agent);
      Atomics.store(table.words, base + Slot.parcel, block);
      os.futexWake(table.pointer + (base + Slot.parcel) * 4, 1);
    } catch (error) {
      launched.signal('SIGKILL');
      throw error;
    }
    return child;
  }

  /** Resolves when it has begun to run; rejects if it could not. */
  async begun(): Promise<void> {
    const began = await this.#reached(Phase.running, Deadline.never);
    if (began === Phase.failed) await this.#result();
    if (began === undefined) throw this.#crash('ended before it began to run');
  }

  /** Resolves when it has ended and all it held has come back. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** What `run()` returned. @throws Its error; {ProcessCrashedError} if it ended without; {TimeoutError}. */
  async result(deadline: Deadline): Promise<unknown> {
    deadline.throwIfAborted();
    const reached = await this.#reached(Phase.settled, deadline);
    if (reached === undefined && !this.#end) throw new TimeoutError(`process ${this.#name} has not returned in time`);
    return this.#result();
  }

  /** How it ended, or undefined; asks the kernel, so that it is right even before the event loop has heard of it. */
  get end(): EndStatus | undefined {
    if (!this.#end) {
      const end = os.waitForEnd(this.launched.pid, 0);
      if (end) this.#noteEnd(end);
    }
    return this.#end;
  }

  /** Blocks the thread until it has ended. False if the time was over first. */
  joinSync(deadline: Deadline): boolean {
    if (!this.#end) {
      const end = os.waitForEnd(this.launched.pid, deadline.remainingMs());
      if (!end) return false;
      this.#noteEnd(end);
    }
    return true;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#end) return;
    this.launched.signal(signal);
  }

  async #result(): Promise<unknown> {
    if (!this.#report) throw this.#crash('ended without returning a result');
    const report = await this.#report;
    if (report.ok) return report.value;
    throw unpackError(report.error);
  }

  /** Waits for a phase; undefined if the time is over, or it ended before it came so far. */
  async #reached(phase: number, deadline: Deadline): Promise<number | undefined> {
    const look = () => {
      const now = this.#phase();
      if (now >= phase) return now;
      return this.#end ? 'ended' : undefined;
    };
    const seen = await this.#status.watchers.until(look, deadline);
    return seen === 'ended' ? undefined : seen;
  }

  #lastPhase = 0;

  #phase(): number {
    if (!this.#end) this.#lastPhase = this.#status.phase;
    if (this.#lastPhase >= Phase.settled) this.#collect();
    return this.#lastPhase;
  }

  /** Picks up what the child has laid down, once. */
  #collect(): void {
    if (this.#report) return;
    const { table } = Session.current();
    if (!table.isCurrent(this.agent)) return;
    const block = Atomics.load(table.words, table.baseOf(this.agent) + Slot.result);
    if (block === 0) return;
    const parcel = loadParcel(block);
    const opened = parcel.needsPreparation ? parcel.openAsync() : Promise.resolve().then(() => parcel.open());
    this.#report = opened as Promise<Report>;
    this.#report.catch(() => {}); // told to who asks for the result
  }

  #noteEnd(end: EndStatus): void {
    if (this.#end) return;
    this.#phase();
    this.#end = end;
    recoverAgent(this.agent);
    this.#status.watchers.wakeAll();
    setImmediate(() => this.#status.free());
  }

  #crash(what: string): ProcessCrashedError {
    const end = this.#end ?? { code: null, signal: null };
    const how = end.signal ? `killed by ${end.signal}` : `exit code ${end.code}`;
    return new ProcessCrashedError(`process ${this.#name} (pid ${this.launched.pid}) ${what}: ${how}`, {
      pid: this.launched.pid,
      exitCode: exitCodeOf(end),
      signal: end.signal,
    });
  }
}

/** As Python's: the status, or minus the signal's number. */
export function exitCodeOf({ code, signal }: EndStatus): number | null {
  return signal ? -constants.signals[signal] : code;
}
