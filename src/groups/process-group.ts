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
import { type ContextOption, methodOfContext, type StartMethod } from '../process/start-method.js';
import { startNow } from '../process/start-process.js';
import { checkMs } from './check-ms.js';
import { Outcome } from './outcome.js';
import { ProcessRun, type RunEnd } from './process-run.js';

export interface ProcessGroupOptions {
  /** Whether the first failure stops the siblings ('cancel', unless said), or all run to their end ('collect'). */
  onError?: 'cancel' | 'collect' | undefined;
  /** Milliseconds from now after which every process is stopped. None unless said. */
  deadline?: number | undefined;
  /** Milliseconds between the steps of a stop, as in `Process.stop`. 5000 unless said. */
  grace?: number | undefined;
  /** Stops every process when it is aborted; its reason is then among the errors. */
  signal?: AbortSignal | undefined;
  /** How its processes are started, as of a Process. */
  context?: ContextOption | undefined;
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
}

/**
 * Processes that belong to one block: `await using group = new ProcessGroup()`. The block does not end while one of them
 * lives, and throws an AggregateError if one has failed: it threw, crashed, was killed, could not be started, or ended with
 * another exit code than 0. What a process does because the group stops it is no failure.
 *
 * Not for processes that are to be started again when they end: that is what `Supervisor` is for. A block that throws waits
 * for its processes as well, because `await using` does not tell how a block ends: where they would run for ever, use
 * `ProcessGroup.run()`, or give the group a `signal` or a `deadline`.
 */
export class ProcessGroup {
  readonly #options: { onError: 'cancel' | 'collect'; grace: number; context: StartMethod | undefined };
  readonly #machine = new StateMachine('a process group', transitions, 'open');
  readonly #living = new Set<Member>();
  /** That nobody lives any more, of those who live now. */
  #empty = new Outcome();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #unlisten: () => void = () => {};
  /** Failures that nobody has been told of. */
  #errors: unknown[] = [];
  /** What `join` threw last. */
  #told: AggregateError | undefined;
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
    this.#options = { onError, grace, context: methodOfContext(options.context) };
    if (deadline !== Number.POSITIVE_INFINITY)
      this.#timer = setTimeout(() => this.#passDeadline(deadline), deadline).unref(); // living processes keep the program alive
    if (!signal) return;
    const onAbort = () => this.#stopAll(signal.reason, { tell: true });
    signal.addEventListener('abort', onAbort, { once: true });
    this.#unlisten = () => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  }

  /**
   * Runs `body` with a group, and ends the group. Unlike `await using`, which can not see how its block ends, it counts an
   * error of the body as a failure: with onError 'cancel' the processes are stopped instead of waited for.
   * @throws {AggregateError} If the body or a process has failed.
   */
  static async run<Result>(
    body: (group: ProcessGroup) => Result | Promise<Result>,
    options?: ProcessGroupOptions,
  ): Promise<Result> {
    const group = new this(options);
    let result: Result | undefined;
    try {
      result = await body(group);
    } catch (error) {
      const told = group.#told;
      if (told && error === told) group.#errors.push(...told.errors);
      else group.#noteFailure(error);
    }
    await group[Symbol.asyncDispose]();
    return result as Result;
  }

  /**
   * Starts `target(...args)` in a process of the group; `pid` is there on return. One that ends before it begins to run, as its
   * modules can not be imported over there, is one that has failed: the reason is among the errors.
   * @throws {NotShippableError | SerializationError} If target or args can't travel; the message names the path.
   * @throws {SystemCallError} If the operating system refuses.
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
    await this.#drained(deadline);
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
    const process = new Process<Args, Result>({ target, args, context: this.#options.context });
    const run = new ProcessRun(process as Process, startNow(process as Process));
    const member = { run, shielded };
    if (this.#living.size === 0) this.#empty = new Outcome();
    this.#living.add(member);
    void run.ended.then((end) => this.#noteEnd(member, end));
    return process;
  }

  #noteEnd(member: Member, end: RunEnd): void {
    this.#living.delete(member);
    this.#ended++;
    if (end.kind === 'failed') {
      this.#failed++;
      this.#noteFailure(end.error);
    }
    if (this.#living.size === 0) this.#empty.settle(undefined);
  }

  #noteFailure(error: unknown): void {
    this.#errors.push(error);
    if (this.#options.onError === 'cancel') this.#stop(error, this.#options.grace, { shielded: false });
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
    this.#told = new AggregateError(errors, `a process group has failed: ${told.join('; ')}`);
    throw this.#told;
  }

  async #drained(deadline = Deadline.never): Promise<void> {
    while (this.#living.size > 0) {
      await this.#empty.settled(deadline);
      if (deadline.expired) return;
    }
  }
}
