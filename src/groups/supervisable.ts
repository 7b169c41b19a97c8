// What a supervisor needs of a supervisor that is its child; and what both say of themselves.

import type { RestartPolicy, SupervisorStrategy } from './restart-plan.js';

/** What can be a child of a Supervisor besides a process: another Supervisor. */
export interface Supervisable {
  /** Resolves when it has begun; rejects if it could not, and has ended then. */
  start(): Promise<void>;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
  /** Resolves when it has ended; rejects if it gave up. */
  join(): Promise<void>;
  snapshot(): SupervisorSnapshot;
}

export type SupervisorState =
  | 'idle'
  | 'starting'
  | 'running'
  | 'restarting'
  | 'stopping'
  | 'stopped'
  | 'failing'
  | 'failed'
  | 'closed';

/** What a supervisor looks like at one moment. */
export interface SupervisorSnapshot {
  readonly state: SupervisorState;
  readonly strategy: SupervisorStrategy;
  /** Restarts within the time that counts. */
  readonly recentRestarts: number;
  /** In the order of their start. */
  readonly children: readonly ChildSnapshot[];
}

export type SeatState = 'down' | 'starting' | 'running' | 'stopping';

export interface ChildSnapshot {
  readonly id: string;
  readonly state: SeatState;
  readonly restart: RestartPolicy;
  /** Of a process that lives. */
  readonly pid: number | undefined;
  /** How often it has been started since its supervisor was. */
  readonly starts: number;
  /** With what it failed last. */
  readonly lastError: unknown;
  /** If the child is a supervisor. */
  readonly supervisor: SupervisorSnapshot | undefined;
}
