// A started process as its parent sees it: launched, watched, ended.
//
//   parent                                                        child
//   reserve slot ─ spawn ─ lay the parcel down ─ wake ──────────►  attach ─ pick it up ─ IMPORTING ─ RUNNING ─ run()
//   start() resolves ◄──────────────────────────────────────────  RUNNING
//   result() resolves ◄─────────────────────────────────────────  result laid down ─ SETTLED ─ (until its loop is empty)
//   joined ◄─ recovery of all it held ◄─ SIGCHLD ───────────────  end, of any kind
//
// The process is started before its parcel is made: while it boots, the parent reads functions and serializes.

import { Deadline } from '../base/deadline.js';
import { ProcessCrashedError, TimeoutError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import { nodeOs } from '../base/late-builtins.js';
import { OutgoingParcel } from '../channels/parcel.js';
import { loadParcel, storeParcel } from '../channels/stored-parcel.js';
import type { AgentId } from '../memory/agent.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { os } from '../platform/os.js';
import { identityOf } from '../platform/process-identity.js';
import { unpackError } from '../serialization/remote-error.js';
import { lookIntervalMs } from '../sync/parking.js';
import { recoverAgent } from '../sync/recovery.js';
import { shareCompiledCode } from './compiled-code.js';
import type { EndStatus, Launched, Launcher, LaunchOptions } from './launcher.js';
import type { LineRelay } from './line-relay.js';
import { recoverOrphans, recoverOrphansOf } from './orphans.js';
import { Phase, StartStatus } from './start-status.js';

/** What `run()` came to, as the child reports it. */
export type Report = { ok: true; value: unknown } | { ok: false; error: unknown };

/** Children of this process that have not been seen to end. */
const living = new Set<Child>();

/** How often a blocked join passes on what the child has printed: a full pipe would keep it from ending. */
const RELAY_INTERVAL_MS = 10;

/**
 * How long a start waits for a ready process to take what it is to run. It takes 0.1 ms, and longer only where there is no
 * processor for it; the limit is for one that somebody has stopped (SIGSTOP).
 */
const TAKES_WITHIN_MS = 10_000;

/** Asks the kernel for each child: for a thread that is blocked, and so is not told by its event loop. */
export function noticeEnds(): void {
  for (const child of living) if (child.end === undefined) child.drain();
  recoverOrphans();
}

export interface ChildOptions extends Omit<LaunchOptions, 'agent'> {
  /** The program does not go on only because of this child. */
  readonly background: boolean;
}

export class Child {
  readonly agent: AgentId;
  readonly launched: Launched;
  #name = 'a child';
  #background = false;
  readonly #status: StartStatus;
  readonly #ended: Promise<void>;
  readonly #endWatchers = new Set<() => void>();
  #end: EndStatus | undefined;
  #report: Promise<Report> | undefined;
  #joining = 0;
  #relay: LineRelay | undefined;

  private constructor(agent: AgentId, launched: Launched, status: StartStatus) {
    this.agent = agent;
    this.launched = launched;
    this.#status = status;
    this.#ended = new Promise((resolve) => {
      launched.onEnd((end) => {
        this.#noteEnd(end);
        resolve();
      });
    });
    living.add(this);
  }

  /**
   * Starts a process that boots and then waits for what it is to run.
   * @throws {SystemCallError} If the operating system refuses.
   */
  static boot(launcher: Launcher, options: ChildOptions): Child {
    const { table, self } = Session.current();
    const agent = table.reserve(self);
    const base = table.baseOf(agent);
    let status: StartStatus | undefined;
    let launched: Launched;
    try {
      status = StartStatus.create();
      table.words[base + Slot.status] = status.address;
      table.words[base + Slot.bound] = options.detached ? 0 : 1;
      launched = launcher.launch({ ...options, agent });
    } catch (error) {
      table.markDead(agent);
      table.release(agent);
      status?.free();
      throw error;
    }
    // A thread has a number of its own, and says it itself.
    const identity = launched.pid === process.pid ? undefined : identityOf(launched.pid);
    if (identity) table.setIdentity(agent, identity);
    shareCompiledCode();
    return new Child(agent, launched, status);
  }

  /**
   * Hands over what it is to run, and what it is called. False if it was ready (of the stock) and has died before it took it:
   * then nothing of it has run. How long a ready one may take to take it is bounded: what happens later happens to the process.
   * @throws {SerializationError | NotShippableError} If the parcel can't be made; the process is killed.
   */
  handOver(name: string, background: boolean, content: () => unknown): boolean {
    const wasReady = this.#status.isReady;
    if (wasReady && this.end) return false;
    this.#name = name;
    this.#background = background;
    const { table } = Session.current();
    const word = table.baseOf(this.agent) + Slot.parcel;
    try {
      const block = storeParcel(OutgoingParcel.of(content(), name), this.agent);
      CHAOS: killPoint('start.stored');
      Atomics.store(table.words, word, block);
      CHAOS: killPoint('start.laid-down');
      os.futexWake(table.pointer + word * 4, 1);
    } catch (error) {
      this.launched.signal('SIGKILL');
      throw error;
    }
    if (wasReady && !this.#takes()) return false;
    this.launched.keepAlive(!background);
    return true;
  }

  /** What it prints is passed on by `relay`, which needs help while this thread is blocked. */
  relayOutput(relay: LineRelay): void {
    this.#relay = relay;
  }

  /** Whether it has loaded what a process of the stock is to load, and lives. */
  get isReady(): boolean {
    return !this.end && this.#status.isReady;
  }

  /** Resolves with true when it is ready, with false if it has ended. It does not keep the program alive for that. */
  async untilReady(): Promise<boolean> {
    const look = () => (this.#end ? 'ended' : this.#status.isReady ? 'ready' : undefined);
    return (await this.#status.watchers.until(look, Deadline.never, { keepAlive: false })) === 'ready';
  }

  /** What it could not preload, told once. */
  takeComplaints(): string[] {
    const block = this.#end ? 0 : this.#status.complaints;
    if (block === 0) return [];
    this.#status.complaints = 0;
    return loadParcel(block).open() as string[];
  }

  /** Whether it lives until it has taken what was laid down for it, or for a moment. */
  #takes(): boolean {
    const look = () => this.#phase() >= Phase.importing || this.#end !== undefined || undefined;
    this.#status.watchers.untilSync(look, Deadline.from(TAKES_WITHIN_MS));
    return this.end === undefined || this.#lastPhase >= Phase.importing;
  }

  /** Resolves when it has begun to run; rejects if it could not. */
  async begun(): Promise<void> {
    const began = await this.#reached(Phase.running, Deadline.never);
    if (began === Phase.failed) await this.#result();
    if (began === undefined) throw this.#crash('ended before it began to run');
  }

  /** Resolves when it has ended and all it held has come back, or when the time is over. Keeps the program alive so long. */
  async join(deadline: Deadline): Promise<void> {
    deadline.throwIfAborted();
    if (this.end && deadline.expired) return;
    if (this.#joining++ === 0) this.launched.keepAlive(true);
    try {
      await within(this.#ended, deadline);
    } finally {
      if (--this.#joining === 0) this.launched.keepAlive(!this.#background);
    }
  }

  /** What `run()` returned. @throws Its error; {ProcessCrashedError} if it ended without; {TimeoutError}. */
  async result(deadline: Deadline): Promise<unknown> {
    deadline.throwIfAborted();
    const reached = await this.#reached(Phase.settled, deadline);
    if (reached === undefined && !this.#end)
      throw new TimeoutError(`process ${this.#name} has not returned in time`);
    return this.#result();
  }

  /** Passes on what it has printed, if that is passed on by us. */
  drain(): void {
    this.#relay?.drain();
  }

  /** How it ended, or undefined; asks the kernel, so that it is right even before the event loop has heard of it. */
  get end(): EndStatus | undefined {
    if (!this.#end) {
      const end = this.launched.waitForEnd(0);
      if (end) this.#noteEnd(end);
    }
    return this.#end;
  }

  /** Calls back when it has ended, until the returned function is called. */
  watchEnd(watcher: () => void): () => void {
    this.#endWatchers.add(watcher);
    return () => this.#endWatchers.delete(watcher);
  }

  /** Blocks the thread until it has ended. False if the time was over first. */
  joinSync(deadline: Deadline): boolean {
    for (;;) {
      if (this.end) return true;
      if (deadline.expired) return false;
      this.#relay?.drain();
      const interval = this.#relay ? RELAY_INTERVAL_MS : lookIntervalMs();
      const end = this.launched.waitForEnd(Math.min(deadline.remainingMs(), interval));
      if (end) this.#noteEnd(end);
      else noticeEnds();
    }
  }

  askToStop(): void {
    if (!this.end) this.#status.askToStop();
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
    living.delete(this);
    this.#relay?.finish();
    recoverAgent(this.agent);
    recoverOrphansOf(this.agent);
    this.#status.watchers.wakeAll();
    for (const watcher of this.#endWatchers) watcher();
    setImmediate(() => this.#status.free());
  }

  #crash(what: string): ProcessCrashedError {
    const end = this.#end ?? { code: null, signal: null };
    const how = end.signal ? `killed by ${end.signal}${whyOf(end.signal)}` : `exit code ${end.code}`;
    return new ProcessCrashedError(`process ${this.#name} (pid ${this.launched.pid}) ${what}: ${how}`, {
      pid: this.launched.pid,
      exitCode: exitCodeOf(end),
      signal: end.signal,
    });
  }
}

/** What the most likely reason of a signal is, if there is one that is no other process. */
function whyOf(signal: NodeJS.Signals): string {
  if (signal === 'SIGABRT')
    return ' (as Node is when its heap is full: its stderr says so; see resourceLimits)';
  return signal === 'SIGKILL' ? ' (by somebody, or by the system when the machine is out of memory)' : '';
}

/** As Python's: the status, or minus the signal's number. */
export function exitCodeOf({ code, signal }: EndStatus): number | null {
  return signal ? -nodeOs().constants.signals[signal] : code;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Resolves when `event` does or the time is over. @throws The signal's reason, when it is aborted. */
function within(event: Promise<void>, deadline: Deadline): Promise<void> {
  const { signal } = deadline;
  if (!signal && deadline.atMs === Number.POSITIVE_INFINITY) return event;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const arm = () => {
      const left = deadline.remainingMs();
      if (left === Number.POSITIVE_INFINITY) return;
      timer = setTimeout(
        () => (deadline.expired ? finish() : arm()),
        Math.min(Math.ceil(left), LONGEST_TIMER_MS),
      );
    };
    arm();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    void event.then(finish);
    function finish(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }
  });
}
