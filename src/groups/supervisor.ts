// Supervisor: processes that are kept running; started in order, stopped in reverse, started again when they end.
//
//            start()           all have begun
//   idle ─────────────► starting ─────────► running ◄──── all are up again ───┐
//                        │    │             │  │  └── a child has ended ─► restarting
//                        │    └── stop() ───┤  │                              │   │
//                        │                  ▼  │                              │   │
//   stopped ◄───────────────────────── stopping◄──── stop() ──────────────────┘   │
//   (also from running: every child has ended for good)                           │
//                        ▼ a child could not be started                           ▼ too many restarts
//   failed ◄────────── failing ◄──────────────────────────────────────────────────┘
//
//   stopped and failed can be started again; disposal closes.
//
// One step at a time, taken when a child has begun or has ended: first what must go down, the last one first; then what must
// come up, the first one first. Nothing waits inside a step, so that whatever happens meanwhile only changes what is left.

import { Deadline, type Wait } from '../base/deadline.js';
import { CancelledError, ClosedError, StateError } from '../base/errors.js';
import { StateMachine, type Transitions } from '../base/state-machine.js';
import { checkMs } from './check-ms.js';
import { type ChildSpec, checkSpecs } from './child-spec.js';
import { Outcome } from './outcome.js';
import type { RunEnd } from './process-run.js';
import {
  countRestart,
  type Intensity,
  type PastRestart,
  planAfterEnd,
  type SupervisorStrategy,
} from './restart-plan.js';
import { Seat } from './seat.js';
import type { Supervisable, SupervisorSnapshot, SupervisorState } from './supervisable.js';

export interface SupervisorOptions {
  /** In the order of their start. */
  children: readonly ChildSpec[];
  /** Who is started again with a child: nobody ('oneForOne', unless said), all, or those after it. */
  strategy?: SupervisorStrategy | undefined;
  /** It gives up when more restarts than this are needed within `within` milliseconds. 3 unless said. */
  maxRestarts?: number | undefined;
  /** Milliseconds. 5000 unless said. */
  within?: number | undefined;
}

const transitions: Transitions<SupervisorState> = Object.freeze({
  idle: ['starting', 'closed'],
  starting: ['running', 'stopping', 'failing'],
  running: ['restarting', 'stopping', 'stopped', 'failing'],
  restarting: ['running', 'stopping', 'failing'],
  stopping: ['stopped'],
  stopped: ['starting', 'closed'],
  failing: ['failed'],
  failed: ['starting', 'closed'],
  closed: [],
});

interface CountedRestart extends PastRestart {
  readonly id: string;
  readonly error: unknown;
}

/**
 * Keeps processes running, as a supervisor of Erlang/OTP does: children start in order and stop in reverse; one that ends is
 * started again as its spec and the strategy say. When too many restarts are needed in a short time it gives up: it stops
 * everything, and `join()` or its disposal rejects. A supervisor can be a child of another, which then starts it again.
 *
 * When every child has ended for good, it has ended too. Its children are daemons: at the end of the program they are ended.
 * Not for work that is done once: that is what `ProcessGroup` is for.
 */
export class Supervisor implements Supervisable {
  readonly #strategy: SupervisorStrategy;
  readonly #intensity: Intensity;
  readonly #seats: readonly Seat[];
  readonly #machine = new StateMachine('a supervisor', transitions, 'idle');
  /** Children that have to go down, whether or not they come up again. */
  readonly #toStop = new Set<Seat>();
  #recent: readonly CountedRestart[] = [];
  /** Why it gives up. */
  #failure: { readonly error: unknown } | undefined;
  /** That all have begun, and that it has come to its end: of the present life. */
  #begun = new Outcome();
  #over = new Outcome();
  /** Whether somebody has been told that it failed. */
  #told = false;
  #joining = 0;

  /** @throws {TypeError | RangeError} If an option or a child's spec is wrong. */
  constructor(options: SupervisorOptions) {
    const { children, strategy = 'oneForOne', maxRestarts = 3, within = 5000 } = options ?? {};
    checkSpecs(children);
    if (strategy !== 'oneForOne' && strategy !== 'oneForAll' && strategy !== 'restForOne')
      throw new TypeError(
        `strategy must be 'oneForOne', 'oneForAll' or 'restForOne', got ${String(strategy)}`,
      );
    if (!(maxRestarts >= 0))
      throw new RangeError(`maxRestarts must be a number from 0 up, got ${String(maxRestarts)}`);
    checkMs('within', within);
    this.#strategy = strategy;
    this.#intensity = { maxRestarts, within };
    const events = {
      onBegun: () => this.#step(),
      onEnded: (seat: Seat, end: RunEnd, begun: boolean) => this.#noteEnd(seat, end, begun),
    };
    this.#seats = children.map((spec) => new Seat(spec, events));
  }

  /**
   * Starts the children, each when the one before has begun to run. Resolves when all have.
   * @throws What a child could not be started for; those that had begun have been stopped then.
   * @throws {StateError} If it is running. {CancelledError} If it is stopped meanwhile. {ClosedError} After its disposal.
   */
  async start(): Promise<void> {
    if (this.#machine.is('closed')) throw new ClosedError('this supervisor is closed: make a new one');
    if (!this.#machine.is('idle', 'stopped', 'failed'))
      throw new StateError(`this supervisor is ${this.#machine.state}: it can be started when it has ended`);
    this.#machine.to('starting');
    this.#begun = new Outcome();
    this.#over = new Outcome();
    this.#recent = [];
    this.#failure = undefined;
    this.#told = false;
    for (const seat of this.#seats) {
      seat.wanted = true;
      seat.starts = 0;
    }
    const begun = this.#begun;
    this.#step();
    const failure = await begun.settled();
    if (failure) throw failure.error;
  }

  /** Stops the children, the last one first. Resolves when all have ended; if it is giving up, `join` tells that. */
  async stop(): Promise<void> {
    if (this.#machine.is('idle', 'stopped', 'failed', 'closed')) return;
    if (!this.#machine.is('stopping', 'failing')) {
      this.#machine.to('stopping');
      this.#bringDown();
      this.#step();
    }
    await this.#over.settled();
  }

  /**
   * Resolves when it has ended: it was stopped, or every child has ended for good. Or when the time is over.
   * @throws {StateError} If it gave up; the `cause` is an AggregateError of what the children failed with. Or if it was never
   * started.
   * @throws What a child could not be started for, if that ended it.
   */
  async join(wait?: Wait): Promise<void> {
    const deadline = Deadline.from(wait);
    if (this.#machine.is('idle'))
      throw new StateError('join: this supervisor was not started: call start() first');
    const over = this.#over;
    this.#joining++;
    try {
      const failure = await over.settled(deadline);
      if (!failure) return;
      if (over === this.#over) this.#told = true;
      throw failure.error;
    } finally {
      this.#joining--;
    }
  }

  /** What it is doing and how its children are, those of its children included. */
  snapshot(): SupervisorSnapshot {
    const now = performance.now();
    return Object.freeze({
      state: this.#machine.state,
      strategy: this.#strategy,
      recentRestarts: this.#recent.filter(({ atMs }) => now - atMs < this.#intensity.within).length,
      children: Object.freeze(this.#seats.map((seat) => seat.snapshot())),
    });
  }

  /** Stops it for good. @throws As `join`, if it gave up and nobody has been told. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (!this.#machine.is('idle', 'stopped', 'failed', 'closed')) await this.stop();
    if (!this.#machine.is('closed')) this.#machine.to('closed');
    if (!this.#failure || this.#told) return;
    this.#told = true;
    throw this.#failure.error;
  }

  /** Takes the next step that can be taken now, if there is one. */
  #step(): void {
    const last = this.#seats.findLast((seat) => this.#toStop.has(seat));
    if (last) {
      last.stop();
      return;
    }
    const next = this.#seats.find((seat) => seat.wanted && seat.state !== 'running');
    if (!next) this.#settle();
    else if (next.state === 'down') next.start();
  }

  /** Everything is as it should be: all up, or all down. */
  #settle(): void {
    const machine = this.#machine;
    if (machine.is('stopping')) {
      machine.to('stopped');
      this.#begun.settle({ error: new CancelledError('the supervisor was stopped while it was starting') });
      this.#over.settle(undefined);
    } else if (machine.is('failing')) {
      machine.to('failed');
      this.#fail();
    } else {
      if (machine.is('starting', 'restarting')) machine.to('running');
      this.#begun.settle(undefined);
      if (this.#seats.some(({ wanted }) => wanted)) return;
      machine.to('stopped');
      this.#over.settle(undefined);
    }
  }

  #fail(): void {
    // Who awaits start() hears of it there, who joins hears of it there; otherwise it must not stay unseen.
    if (this.#begun.isOpen) this.#told = true;
    else if (this.#joining === 0) process.emitWarning(String((this.#failure?.error as Error)?.message));
    this.#begun.settle(this.#failure);
    this.#over.settle(this.#failure);
  }

  #noteEnd(seat: Seat, end: RunEnd, begun: boolean): void {
    const expected = this.#toStop.delete(seat);
    if (!expected) {
      if (this.#machine.is('starting') && !begun && end.kind === 'failed') this.#giveUp(end.error);
      else this.#replace(seat, end);
    }
    this.#step();
  }

  #replace(seat: Seat, end: RunEnd): void {
    const seats = this.#seats;
    const restarts = seats.map(({ restart }) => restart);
    const plan = planAfterEnd(this.#strategy, restarts, seats.indexOf(seat), end.kind);
    if (plan.do === 'leave') {
      seat.wanted = false;
      return;
    }
    const error = end.kind === 'failed' ? end.error : new StateError(`child ${seat.id} returned`);
    const atMs = performance.now();
    this.#recent = countRestart(this.#recent, { atMs, id: seat.id, error }, this.#intensity);
    if (this.#recent.length > this.#intensity.maxRestarts) {
      this.#giveUp(this.#tooMany());
      return;
    }
    if (this.#machine.is('running')) this.#machine.to('restarting');
    for (const place of plan.stop) {
      seats[place].wanted = false;
      if (seats[place].state !== 'down') this.#toStop.add(seats[place]);
    }
    for (const place of plan.start) seats[place].wanted = true;
  }

  #giveUp(error: unknown): void {
    this.#failure = { error };
    this.#machine.to('failing');
    this.#bringDown();
  }

  #bringDown(): void {
    for (const seat of this.#seats) {
      seat.wanted = false;
      if (seat.state !== 'down') this.#toStop.add(seat);
    }
  }

  #tooMany(): StateError {
    const { maxRestarts, within } = this.#intensity;
    const ids = [...new Set(this.#recent.map(({ id }) => id))].join(', ');
    const last = this.#recent[this.#recent.length - 1].error;
    return new StateError(
      `a supervisor gave up: ${this.#recent.length} restarts were needed within ${within} ms, ${maxRestarts} are allowed ` +
        `(of ${ids}; the last for: ${last instanceof Error ? last.message : String(last)}). See its cause, or raise maxRestarts`,
      {
        cause: new AggregateError(
          this.#recent.map(({ error }) => error),
          'how the children ended',
        ),
      },
    );
  }
}
