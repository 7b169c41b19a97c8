// Process: a function or a `run()` of a subclass, in a process of its own.
//
//   initial ──start()──► started ──(kernel: ended)──► ended ──close()──► closed

import { Deadline, type Wait } from '../base/deadline.js';
import { StateError } from '../base/errors.js';
import { callThisProcess } from '../sync/acquired-at.js';
import { type Readiness, WAITABLE, type Waitable } from '../sync/wait-any.js';
import { type AuthKey, authKeyFrom, setOwnAuthKey } from './auth-key.js';
import { exitCodeOf } from './child.js';
import type { ChildContent } from './child-content.js';
import { callLoggingProcess } from './logger.js';
import { checkOptions, type ProcessOptions } from './process-options.js';
import { nextLineage, ownName, setOwnName } from './process-registry.js';
import {
  authKeyOf,
  checkNotClosed,
  hasState,
  setState,
  startedChild,
  stateOf,
  unstarted,
} from './process-state.js';
import { Sentinel } from './sentinel.js';
import { methodOfContext } from './start-method.js';
import { addPlainClass, noteEnd, startNow } from './start-process.js';
import { type StopStep, stopChild } from './stop-child.js';
import { stopSignal } from './stop-signal.js';

/**
 * A function, or the `run()` of a subclass, in a process of its own; the counterpart of `multiprocessing.Process`.
 *
 * Functions, classes and arguments travel as README says; no `if main` guard is needed. Not for many short tasks: that is
 * what `Pool` is for. Ended processes are reaped without being asked.
 */
export class Process<Args extends unknown[] = unknown[], Result = unknown> implements Waitable {
  /**
   * @throws {TypeError} If `target` is no function, `args` no array, or another option has the wrong type.
   */
  constructor(options: ProcessOptions<Args, Result> = {}) {
    checkOptions(options as ProcessOptions);
    const lineage = nextLineage();
    setState(this, {
      options: options as ProcessOptions,
      lineage,
      method: methodOfContext(options.context),
      name: options.name ?? `${this.constructor.name}-${lineage.join(':')}`,
      daemon: options.daemon ?? false,
      phase: 'initial',
      child: undefined,
      pid: undefined,
    });
  }

  /** What the process does; override it in a subclass. It calls `target(...args)`. May be async. */
  run(): Result | Promise<Result> {
    const { target, args } = stateOf(this).options;
    return target?.(...(args ?? [])) as Result;
  }

  /**
   * Starts the process: `pid` is there on return.
   * @returns Resolves when the child has begun to run `run()`.
   * @throws {StateError} On a second start, in another process, or while the child still imports its module.
   * @throws {NotShippableError | SerializationError} If target, args or fields can't travel; the message names the path.
   * @throws {SystemCallError} If the operating system refuses.
   */
  start(): Promise<void> {
    try {
      return startNow(this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Resolves when the process has ended or the time is over: look at `exitCode`.
   * @throws {StateError} If it was not started.
   */
  async join(wait?: Wait): Promise<void> {
    const deadline = Deadline.from(wait);
    await startedChild(this, 'join').join(deadline);
  }

  /** The blocking twin of `join`: it stops the event loop. */
  joinSync(wait?: Wait): void {
    const deadline = Deadline.from(wait);
    if (startedChild(this, 'joinSync').joinSync(deadline)) noteEnd(this);
  }

  /**
   * What `run()` returned.
   * @throws The child's error, its `cause` chain ending in a RemoteError with the stack over there.
   * @throws {ProcessCrashedError} If it ended without returning. {TimeoutError} If the time was over first.
   */
  async result(wait?: Wait): Promise<Awaited<Result>> {
    const deadline = Deadline.from(wait);
    return (await startedChild(this, 'result').result(deadline)) as Awaited<Result>;
  }

  isAlive(): boolean {
    const state = stateOf(this);
    if (state.phase === 'self') return true;
    checkNotClosed(state);
    return state.child !== undefined && state.child.end === undefined;
  }

  /** Null until it has ended; the exit status, or minus the number of the signal that ended it. */
  get exitCode(): number | null {
    const state = stateOf(this);
    checkNotClosed(state);
    return state.child?.end ? exitCodeOf(state.child.end) : null;
  }

  /** Undefined before the start. */
  get pid(): number | undefined {
    const state = stateOf(this);
    checkNotClosed(state);
    return state.pid;
  }

  get name(): string {
    return stateOf(this).name;
  }

  /** @throws {StateError} After the start. */
  set name(name: string) {
    if (typeof name !== 'string')
      throw new TypeError(`a process's name must be a string, got ${typeof name}`);
    unstarted(this, 'name').name = name;
  }

  get daemon(): boolean {
    const state = stateOf(this);
    checkNotClosed(state);
    return state.daemon;
  }

  /** @throws {StateError} After the start. */
  set daemon(daemon: boolean) {
    if (typeof daemon !== 'boolean') throw new TypeError(`daemon must be a boolean, got ${typeof daemon}`);
    unstarted(this, 'daemon').daemon = daemon;
  }

  /**
   * The secret that the processes of a program share: 32 random bytes, which children have from their parent. Not printed and
   * not sent in messages; give it to `Listener` and `connect`. Settable before the start, and for this process at any time.
   * @throws {TypeError} If it is set to no bytes. {RangeError} If to none. {StateError} After the start.
   */
  get authkey(): AuthKey {
    const state = stateOf(this);
    checkNotClosed(state);
    return authKeyOf(state);
  }

  set authkey(bytes: Uint8Array) {
    const key = authKeyFrom(bytes);
    if (stateOf(this).phase === 'self') setOwnAuthKey(key);
    else unstarted(this, 'authkey').authkey = key;
  }

  /** Stands for its end, to be waited for with `wait()`. @throws {StateError} Before the start. */
  get sentinel(): Sentinel {
    return Sentinel.of(startedChild(this, 'sentinel'));
  }

  [WAITABLE](): Readiness {
    return this.sentinel[WAITABLE]();
  }

  /** Asks it to end: SIGTERM. After its end it does nothing. @throws {StateError} Before the start. */
  terminate(): void {
    startedChild(this, 'terminate').signal('SIGTERM');
  }

  /** Ends it: SIGKILL. After its end it does nothing. @throws {StateError} Before the start. */
  kill(): void {
    startedChild(this, 'kill').signal('SIGKILL');
  }

  /** As Ctrl-C does: SIGINT. After its end it does nothing. @throws {StateError} Before the start. */
  interrupt(): void {
    startedChild(this, 'interrupt').signal('SIGINT');
  }

  /**
   * Ends it in steps: asks (the signal of `currentProcess()` is aborted over there), after `grace` milliseconds sends SIGTERM,
   * and after as many again SIGKILL. Resolves with the step that ended it; 'asked' if it had ended already.
   * @throws {StateError} Before the start. {RangeError} If `grace` is no number of milliseconds.
   */
  async stop(options: { grace?: number } = {}): Promise<StopStep> {
    return stopChild(startedChild(this, 'stop'), options.grace);
  }

  /**
   * Inside the process: aborted when it is asked to stop. In the main process it never is.
   * @throws {StateError} In any other process.
   */
  get signal(): AbortSignal {
    const { phase, name } = stateOf(this);
    if (phase !== 'self')
      throw new StateError(`signal is for process ${name} itself: use currentProcess().signal`);
    return stopSignal();
  }

  /** Lets go of an ended process; afterwards only `name` works. @throws {StateError} While it is alive. */
  close(): void {
    const state = stateOf(this);
    if (state.phase === 'closed') return;
    if (this.isAlive())
      throw new StateError(`process ${state.name} is alive: join or terminate it before close`);
    noteEnd(this);
    state.phase = 'closed';
  }

  /** What its `stdio` pipes carry: streams to read, null where there is no pipe. */
  get stdout(): NodeJS.ReadableStream | null {
    return startedChild(this, 'stdout').launched.stdout;
  }

  get stderr(): NodeJS.ReadableStream | null {
    return startedChild(this, 'stderr').launched.stderr;
  }

  /** `<Process Process-1 started>`. */
  toString(): string {
    const { name, phase, daemon, child } = stateOf(this);
    const end = phase === 'closed' ? undefined : child?.end;
    const how = end ? ` ${end.signal ?? `exit code ${end.code}`}` : '';
    return `<${this.constructor.name} ${name} ${end ? 'stopped' : phase}${how}${daemon ? ' daemon' : ''}>`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hasState(this) ? this.toString() : `<${this.constructor.name} (copy)>`;
  }
}

// Functions and not private methods: the object that stands for a child inside that child has been made without its
// constructor, and so has no private members.

addPlainClass(Process);

/** For the library's own services: calls back when the process has ended; it does not keep the program alive for that. */
export function whenEnded(process: Process, listener: () => void): void {
  startedChild(process, 'whenEnded').launched.onEnd(listener);
}

let own: Process | undefined;
callThisProcess(ownName);
callLoggingProcess(ownName);

/** The running process: its name, pid and the like; in a child, the object whose `run()` is running. */
export function currentProcess(): Process {
  own ??= adoptSelf(Object.create(Process.prototype) as Process, {
    name: 'MainProcess',
    daemon: false,
    lineage: [],
  });
  return own;
}

/** Makes an object the one that stands for this process itself. */
export function adoptSelf(
  process: Process,
  is: Pick<ChildContent, 'name' | 'daemon' | 'lineage' | 'target' | 'args'> & { authkey?: Uint8Array },
): Process {
  setState(process, {
    options: { target: is.target, args: is.args },
    lineage: is.lineage,
    method: undefined,
    name: is.name,
    daemon: is.daemon,
    phase: 'self',
    child: undefined,
    pid: globalThis.process.pid,
  });
  if (is.authkey) setOwnAuthKey(authKeyFrom(is.authkey));
  own = process;
  setOwnName(is.name);
  return process;
}
