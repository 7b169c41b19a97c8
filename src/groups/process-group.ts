// ProcessGroup: processes that belong to one block of code, which does not end before they have.
//
//   open ──first failure (onError 'cancel') │ deadline │ stop() │ signal──► stopping ──┐
//    └──────────── block ends: the last process has ended ──────────────────────────► closed
//
//   a sibling fails        all but the shielded ones are stopped
//   deadline, stop, signal all are stopped
//   open, block ends       waits; processes that run may still start others

import { Deadline, type Wait } from '../base/deadline.js';
import { ClosedError, StateError, TimeoutError } from '../base/errors.js';
import { StateMachine, type Transitions } from '../base/state-machine.js';
import { Process } from '../process/process.js';
import { ProcessRun, type RunEnd } from './process-run.js';
import { checkMs, within } from './within.js';

export interface ProcessGroupOptions {
  /** Whether the first failure stops the siblings ('cancel', unless said), or all run to their end ('collect'). */
  onError?: 'cancel' | 'collect' | undefined;
  /** Milliseconds from now after which every process is stopped. None unless said. */
  deadline?: number | undefined;
  /** Milliseconds between the steps of a stop, as in `Process.stop`. 5000 unless said. */
  grace?: number | undefined;
  /** Stops every process when it is aborted; its reason is then among the errors. */
  signal?: AbortSignal | undefined;
}

/** What a group looks like at one moment. */
export interface ProcessGroupSnapshot {
  readonly state: GroupState;
  readonly living: readonly {
    readonly name: string;
    readonly pid: number | undefined;
    readonly shielded: boolean;
  }[];
  /** How many have ended, and how many of those failed. */
  readonly ended: number;
  readonly failed: number;
}

export type GroupState = 'open' | 'stopping' | 'closed';

const transitions: Transitions<GroupState> = Object.freeze({
  open: ['stopping', 'closed'],
  stopping: ['closed'],
  closed: [],
});

interface Member {
  readonly run: ProcessRun;
  readonly shielded: boolean;
  readonly done: Promise<void>;
}

/**
 * Processes that belong to one block: `await using group = new ProcessGroup()`. The block does not end while one of them
 * lives, and throws an AggregateError if one has failed: it threw, crashed, was killed, could not be started, or ended with
 * another exit code than 0. What a process does because the group stops it is no failure.
 *
 * Not for processes that are to be started again when they end: that is what `Supervisor` is for. A block that throws waits
 * for its processes as well: give the group a `signal` or a `deadline`, or call `stop()`, where they would run for ever.
 */
export class ProcessGroup {
  readonly #options: { onError: 'cancel' | 'collect'; grace: number };
  readonly #machine = new StateMachine('a process group', transitions, 'open');
  readonly #living = new Set<Member>();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #unlisten: () => void = () => {};
  /** Failures that nobody has been told of. */
  #errors: unknown[] = [];
  #whyStopping: unknown;
  #ended = 0;
  #failed = 0;

  /** @throws {TypeError | RangeError} If an option is wrong. */
  constructor(options: ProcessGroupOptions = {}) {
    const { onError = 'cancel', deadline = Number.POSITIVE_INFINITY, grace = 5000, signal } = options;
    if (onError !== 'cancel' && onError !== 'collect')
      throw new TypeError(`onError must be 'cancel' or 'collect', got ${String(onError)}`);
    checkMs('deadline', deadline);
    checkMs('grace', grace);
    if (signal !== undefined && !(signal instanceof AbortSignal))
      throw new TypeError('signal must be an AbortSignal');
    this.#options = { onError, grace };
    if (deadline !== Number.POSITIVE_INFINITY)
      this.#timer = setTimeout(() => this.#passDeadline(deadline), deadline).unref(); // living processes keep the program alive
    if (!signal) return;
    const onAbort = () => this.#stopAll(signal.reason, { tell: true });
    signal.addEventListener('abort', onAbort, { once: true });
    this.#unlisten = () => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  }

  /**
   * Starts `target(...args)` in a process of the group; `pid` is there on return. One that could not be started is one that
   * has failed: the reason is among the errors.
   * @throws {StateError} If the group is being stopped; its `cause` says why. {ClosedError} If its block has ended.
   * @throws {TypeError} If `target` is no function.
   */
  start<Args extends unknown[], Result>(
    target: (...args: Args) => Result,
    ...args: Args
  ): Process<Args, Result> {
    return this.#launch(target, args, false);
  }

  /** As `start`; siblings' failures do not stop it. The deadline and `stop()` do, and its own failure stops the siblings. */
  shield<Args extends unknown[], Result>(
    target: (...args: Args) => Result,
    ...args: Args
  ): Process<Args, Result> {
    return this.#launch(target, args, true);
  }

  /**
   * Resolves when every process has ended, those that are started meanwhile included, or when the time is over.
   * @throws {AggregateError} If some have failed. The end of the block does not tell the same failures again.
   */
  async join(wait?: Wait): Promise<void> {
    const deadline = Deadline.from(wait);
    deadline.throwIfAborted();
    await within(this.#drained(), deadline);
    if (this.#living.size === 0) this.#tell();
  }

  /**
   * Stops every process, the shielded ones too, as `Process.stop` does. Resolves when all have ended; `join` and the end of the
   * block tell what had failed. Nothing can be started afterwards.
   * @throws {RangeError} If `grace` is no number of milliseconds.
   */
  async stop(options: { grace?: number } = {}): Promise<void> {
    const { grace = this.#options.grace } = options;
    checkMs('grace', grace);
    this.#stopAll(new StateError('stop() was called'), { tell: false, grace });
    await this.#drained();
  }

  snapshot(): ProcessGroupSnapshot {
    const living = [...this.#living]
      .filter(({ run }) => run.isAlive)
      .map(({ run: { process, pid }, shielded }) => Object.freeze({ name: process.name, pid, shielded }));
    return Object.freeze({
      state: this.#machine.state,
      living: Object.freeze(living),
      ended: this.#ended,
      failed: this.#failed,
    });
  }

  /** Waits for every process. @throws {AggregateError} If some have failed and `join` has not told it. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#living.size > 0) await this.#drained(); // again: between its last step and this one some may have been started
    if (!this.#machine.is('closed')) this.#machine.to('closed');
    clearTimeout(this.#timer);
    this.#unlisten();
    this.#tell();
  }

  #launch<Args extends unknown[], Result>(
    target: (...args: Args) => Result,
    args: Args,
    shielded: boolean,
  ): Process<Args, Result> {
    if (this.#machine.is('closed'))
      throw new ClosedError('the block of this process group has ended: start processes inside it');
    if (this.#machine.is('stopping'))
      throw new StateError('this process group is being stopped: nothing can be started in it any more', {
        cause: this.#whyStopping,
      });
    const process = new Process<Args, Result>({ target, args });
    const run = new ProcessRun(process as Process);
    const member: Member = { run, shielded, done: run.ended.then((end) => this.#noteEnd(member, end)) };
    this.#living.add(member);
    return process;
  }

  #noteEnd(member: Member, end: RunEnd): void {
    this.#living.delete(member);
    this.#ended++;
    if (end.kind === 'normal') return;
    this.#failed++;
    this.#errors.push(end.error);
    if (this.#options.onError === 'cancel') this.#stop(end.error, this.#options.grace, { shielded: false });
  }

  /** A deadline that finds nobody alive has been kept. */
  #passDeadline(deadlineMs: number): void {
    const names = [...this.#living].map(({ run }) => run.process.name).join(', ');
    const error = new TimeoutError(`a process group was not done within ${deadlineMs} ms: stopped ${names}`);
    this.#stopAll(error, { tell: this.#living.size > 0 });
  }

  #stopAll(why: unknown, { tell, grace = this.#options.grace }: { tell: boolean; grace?: number }): void {
    if (tell) this.#errors.push(why);
    this.#stop(why, grace, { shielded: true });
  }

  #stop(why: unknown, graceMs: number, { shielded }: { shielded: boolean }): void {
    if (this.#machine.is('open')) {
      this.#machine.to('stopping');
      this.#whyStopping = why;
    }
    for (const member of this.#living) if (shielded || !member.shielded) member.run.stop(graceMs);
  }

  /** @throws {AggregateError} What nobody has been told of. */
  #tell(): void {
    const errors = this.#errors;
    if (errors.length === 0) return;
    this.#errors = [];
    const told = errors.map((error) => (error instanceof Error ? error.message : String(error)));
    throw new AggregateError(errors, `a process group has failed: ${told.join('; ')}`);
  }

  async #drained(): Promise<void> {
    while (this.#living.size > 0) await Promise.all([...this.#living].map(({ done }) => done));
  }
}
