// What `snapshot()` of the primitives gives: plain data about this moment.

import { type AgentId, NOBODY } from '../memory/agent.js';
import { Session } from '../memory/session.js';

/** A process that holds something. */
export interface Holder {
  readonly pid: number;
  /** False if it has died and what it held has not come back yet. */
  readonly alive: boolean;
}

export interface LockSnapshot {
  readonly holder: Holder | null;
  /** How many wait for it. */
  readonly waiters: number;
}

export interface RLockSnapshot extends LockSnapshot {
  /** How often the holder has taken it. */
  readonly depth: number;
}

export interface SemaphoreSnapshot {
  readonly value: number;
  readonly waiters: number;
  /** Who has how many permits. */
  readonly holders: readonly (Holder & { readonly permits: number })[];
}

export interface EventSnapshot {
  readonly isSet: boolean;
  readonly waiters: number;
}

export interface ConditionSnapshot {
  readonly waiters: number;
  readonly lock: LockSnapshot;
}

export interface BarrierSnapshot {
  readonly parties: number;
  readonly nWaiting: number;
  readonly broken: boolean;
  readonly waiters: readonly Holder[];
}

export function nameHolder(agent: AgentId): Holder | null {
  if (agent === NOBODY) return null;
  const { table } = Session.current();
  return { pid: table.pidOf(agent), alive: table.isAlive(agent) };
}
