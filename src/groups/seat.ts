// A child's place in a supervisor: the same for all its lives, of which it has one at a time.
//
//          start()           it has begun             stop()
//   down ──────────► starting ─────────► running ────────────► stopping ──┐
//    ▲                │   └──────────────── stop() ───────────────►       │
//    └────────────────┴─────────────────────┴──── it has ended ───────────┘

import { StateMachine, type Transitions } from '../base/state-machine.js';
import { Process } from '../process/process.js';
import type { ChildSpec, ProcessSpec } from './child-spec.js';
import { ProcessRun, type RunEnd } from './process-run.js';
import type { RestartPolicy } from './restart-plan.js';
import type { ChildSnapshot, SeatState, Supervisable } from './supervisable.js';

const transitions: Transitions<SeatState> = Object.freeze({
  down: ['starting'],
  starting: ['running', 'stopping', 'down'],
  running: ['stopping', 'down'],
  stopping: ['down'],
});

/** Who is told what becomes of a child. */
export interface SeatEvents {
  onBegun(seat: Seat): void;
  /** `begun`: whether it had begun to run. */
  onEnded(seat: Seat, end: RunEnd, begun: boolean): void;
}

/** One life of a child. */
interface Life {
  readonly begun: Promise<void>;
  /** Never before `begun` is settled, and never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Of a process, while it lives. */
  readonly pid?: number | undefined;
  stop(): void;
}

export class Seat {
  readonly #spec: ChildSpec;
  readonly #events: SeatEvents;
  readonly #machine: StateMachine<SeatState>;
  #life: Life | undefined;
  #lastError: unknown;
  /** Whether it is to be up. */
  wanted = false;
  starts = 0;

  constructor(spec: ChildSpec, events: SeatEvents) {
    this.#spec = spec;
    this.#events = events;
    this.#machine = new StateMachine(`child ${spec.id}`, transitions, 'down');
  }

  get id(): string {
    return this.#spec.id;
  }

  get restart(): RestartPolicy {
    return this.#spec.restart ?? 'permanent';
  }

  get state(): SeatState {
    return this.#machine.state;
  }

  start(): void {
    this.#machine.to('starting');
    this.starts++;
    const life = 'supervisor' in this.#spec ? supervisorLife(this.#spec.supervisor) : processLife(this.#spec);
    this.#life = life;
    void this.#follow(life);
  }

  /** Has it end, if it lives. */
  stop(): void {
    if (this.#machine.is('down', 'stopping')) return;
    this.#machine.to('stopping');
    this.#life?.stop();
  }

  snapshot(): ChildSnapshot {
    const { id, restart, state, starts } = this;
    return Object.freeze({
      id,
      state,
      restart,
      pid: this.#life?.pid,
      starts,
      lastError: this.#lastError,
      supervisor: 'supervisor' in this.#spec ? this.#spec.supervisor.snapshot() : undefined,
    });
  }

  async #follow(life: Life): Promise<void> {
    const begun = await life.begun.then(
      () => true,
      () => false,
    );
    if (begun && this.#machine.is('starting')) {
      this.#machine.to('running');
      this.#events.onBegun(this);
    }
    const end = await life.ended;
    this.#life = undefined;
    if (end.kind === 'failed') this.#lastError = end.error;
    this.#machine.to('down');
    this.#events.onEnded(this, end, begun);
  }
}

const SHUTDOWN_MS = 5000;

/** A daemon, so that the end of the program, at which nobody can supervise any more, does not wait for it. */
function processLife({ id, args, shutdown = SHUTDOWN_MS, target, ...spec }: ProcessSpec): Life {
  const { env, cwd, execArgv, stdio, resourceLimits, context } = spec;
  const options = { env, cwd, execArgv, stdio, resourceLimits, context };
  const run = new ProcessRun(
    new Process({ ...options, target, args: [...(args ?? [])], name: id, daemon: true }),
  );
  return {
    begun: run.begun,
    ended: run.ended,
    get pid() {
      return run.isAlive ? run.pid : undefined;
    },
    stop: () => run.stop(shutdown),
  };
}

function supervisorLife(supervisor: Supervisable): Life {
  const begun = supervisor.start();
  const ended = begun
    .then(() => supervisor.join())
    .then(
      (): RunEnd => ({ kind: 'normal' }),
      (error: unknown): RunEnd => ({ kind: 'failed', error }),
    );
  return {
    begun,
    ended,
    stop: () => void supervisor.stop().catch(() => {}), // told by its end
  };
}
