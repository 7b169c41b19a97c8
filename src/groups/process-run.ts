// One run of a process, from its start to its end, as those see it who answer for it: a group or a supervisor.
//
//   start ─► begun ─► … ─► ended: 'normal'   it returned and its exit code is 0, or it ended because we stopped it
//     └──────────────────► ended: 'failed'   it threw, crashed, was killed by somebody else, or could not be started

import { CancelledError, ProcessCrashedError } from '../base/errors.js';
import { type Process, whenEnded } from '../process/process.js';
import type { StopStep } from '../process/stop-child.js';

/** How a run came to its end. */
export type RunEnd = { readonly kind: 'normal' } | { readonly kind: 'failed'; readonly error: unknown };

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

export class ProcessRun {
  readonly process: Process;
  /** Resolves when it has begun to run; rejects if it could not. */
  readonly begun: Promise<void>;
  /** Resolves when it has ended, and never before `begun` is settled. Keeps the program alive so long. Never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  readonly #steps: Promise<StopStep>[] = [];
  /** The shortest that it has been given to end. */
  #graceMs = Number.POSITIVE_INFINITY;
  #exitCode: number | null = null;
  #alive = true;

  /**
   * Starts `process`, which nobody has started yet. What is wrong with it is told by `begun` and `ended`.
   * @param begun What its start gave, if it has just been started.
   */
  constructor(process: Process, begun: Promise<void> = process.start()) {
    this.process = process;
    this.begun = begun;
    this.begun.catch(() => {}); // `ended` tells it as well
    this.pid = process.pid;
    this.ended = this.pid === undefined ? this.#neverStarted() : this.#follow();
  }

  /** False as soon as `join()` of the process resolves; `ended` comes a little later, with its result. */
  get isAlive(): boolean {
    return this.#alive;
  }

  /** Ends it in steps, as `Process.stop`; after its end it does nothing. A shorter grace than before counts. */
  stop(graceMs: number): void {
    if (this.pid === undefined || (this.#steps.length > 0 && graceMs >= this.#graceMs)) return;
    this.#graceMs = graceMs;
    // It may have ended and been closed by the user before we have heard of it: then it ended by itself.
    this.#steps.push(this.process.stop({ grace: graceMs }).catch((): StopStep => 'asked'));
  }

  async #neverStarted(): Promise<RunEnd> {
    this.#alive = false;
    // A turn of the event loop: who starts it again and again must not keep everything else from happening.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      await this.begun;
      return { kind: 'normal' };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  async #follow(): Promise<RunEnd> {
    // All three are asked for at the start: the user may close the process as soon as it has ended.
    whenEnded(this.process, () => this.#noteEnd());
    const result = this.process.result().then(
      (): Outcome => ({ ok: true }),
      (error: unknown): Outcome => ({ ok: false, error }),
    );
    await this.process.join();
    await this.begun.catch(() => {});
    return this.#judge(await result, await Promise.all(this.#steps));
  }

  #noteEnd(): void {
    this.#alive = false;
    try {
      this.#exitCode = this.process.exitCode;
    } catch {
      this.#exitCode = null; // closed by the user in the same turn: its result tells how it ended
    }
  }

  #judge(outcome: Outcome, steps: readonly StopStep[]): RunEnd {
    const code = this.#exitCode;
    const error = outcome.ok ? (code ? this.#crashAfterReturn(code) : undefined) : outcome.error;
    const weDidIt = steps.some((step) => step !== 'asked');
    const obeyed = steps.length > 0 && (code === 0 || isCancellation(error));
    if (error === undefined || obeyed || (weDidIt && error instanceof ProcessCrashedError))
      return { kind: 'normal' };
    return { kind: 'failed', error };
  }

  #crashAfterReturn(exitCode: number): ProcessCrashedError {
    const { name } = this.process;
    return new ProcessCrashedError(`process ${name} failed after run() had returned: exit code ${exitCode}`, {
      ...(this.pid === undefined ? {} : { pid: this.pid }),
      exitCode,
      signal: null,
    });
  }
}

/** How deep a chain of causes is looked into: it may be a ring. */
const DEEPEST_CAUSE = 20;

/** Whether it was thrown because of an aborted signal: our own error, or an AbortError of Node's. */
function isCancellation(error: unknown): boolean {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < DEEPEST_CAUSE; depth++, at = at.cause)
    if (at instanceof CancelledError || at.name === 'AbortError') return true;
  return false;
}
