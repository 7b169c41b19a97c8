// Deadlocks: circles in the graph of who waits for a lock that who holds.
//
//   edge:  process A ──waits for──► lock (waiter cell) ──held by──► process B (holder word)
//
// What the graph knows: which processes wait for which Lock or RLock, and which process holds it. What it does not know:
// which of a process's async calls holds a lock. So
//   - a circle of blocking waits is certain: none of these processes can take a step. (Any process may release a Lock; one
//     outside of the circle that does so would end it.)
//   - a circle with an async wait is possible: another async call of that process may be about to release. It is given
//     with `certain: false`.
//   - async calls of one process that wait for a lock that the same process holds are everyday life, and are not given.
//
// The graph is read twice: what is given was there, with the same waits, both times. A process that blocks takes no step
// between, so a certain deadlock is one.

import { type AgentId, NOBODY } from '../memory/agent.js';
import type { Address } from '../memory/arena.js';
import { Session } from '../memory/session.js';
import { acquiredAt } from './acquired-at.js';
import { HolderLayout, holderIn } from './holder-layout.js';
import { kindOf } from './object-kind.js';
import { ObjectWords } from './object-words.js';
import { enrolledWaiters, ParkMode, Waiter, WaiterState } from './waiter.js';

/** One process of a deadlock: it waits for a lock that the next one in the circle holds. */
export interface DeadlockedProcess {
  readonly pid: number;
  /** Undefined unless the detector is on over there (MANYHANDS_DEADLOCK_MS). */
  readonly name: string | undefined;
  /** What it waits for, like `Lock 65537`: kind and address. */
  readonly waitsFor: string;
  /** Whether it waits in a blocking call. */
  readonly blocking: boolean;
  /** What it holds and the one before in the circle waits for. */
  readonly holds: string;
  /** The stack where it took what it holds; undefined unless the detector is on over there. */
  readonly acquiredAt: string | undefined;
}

export interface Deadlock {
  /** In the order of waiting: each waits for the next, the last for the first. */
  readonly processes: readonly DeadlockedProcess[];
  /** True if all of them block; otherwise an async call of one of them may still release what it holds. */
  readonly certain: boolean;
}

/**
 * The deadlocks of this program's Locks and RLocks, as of now; looked for when called, at no cost otherwise.
 *
 * Set MANYHANDS_DEADLOCK_MS to have every wait that lasts longer looked at, and a deadlock told on stderr with the stacks
 * where the locks were taken. It knows nothing of semaphores, conditions, queues and other programs.
 */
export function findDeadlocks(): Deadlock[] {
  return Session.exists ? circles().map(describe) : [];
}

/** A wait of one agent for a lock of another. */
export interface Edge {
  readonly waiter: AgentId;
  readonly lock: ObjectWords;
  readonly holder: AgentId;
  readonly blocking: boolean;
  readonly ticket: number;
}

/** For deadlock-watch.ts: the circles of waits, each wait's holder being the next one's waiter. */
export function circles(): Edge[][] {
  const before = waits();
  if (before.length === 0) return [];
  const found = circlesOf(before);
  if (found.length === 0) return [];
  const after = new Set(waits().map(keyOf));
  return found.filter((circle) => circle.every((edge) => after.has(keyOf(edge))));
}

/** For deadlock-watch.ts. */
export function describe(circle: readonly Edge[]): Deadlock {
  const { table } = Session.current();
  const processes = circle.map((edge, index) => {
    const held = (circle[index - 1] ?? circle[circle.length - 1]).lock;
    const record = acquiredAt(held, edge.waiter);
    return {
      pid: table.pidOf(edge.waiter),
      name: record?.name || undefined,
      waitsFor: labelOf(edge.lock),
      blocking: edge.blocking,
      holds: labelOf(held),
      acquiredAt: record?.stack,
    };
  });
  return { processes, certain: circle.every((edge) => edge.blocking) };
}

function waits(): Edge[] {
  const { table } = Session.current();
  const edges: Edge[] = [];
  for (const cell of enrolledWaiters()) {
    if (cell.state !== WaiterState.waiting || cell.get(Waiter.field) !== HolderLayout.latch) continue;
    const lock = lockAt(cell.get(Waiter.object));
    if (!lock) continue;
    const waiter = cell.owner;
    const holder = holderIn(lock.load(HolderLayout.state));
    const blocking = cell.get(Waiter.mode) === ParkMode.futex;
    if (holder === NOBODY || !table.isPresumedAlive(holder) || !table.isPresumedAlive(waiter)) continue;
    if (holder === waiter && !blocking) continue;
    edges.push({ waiter, lock, holder, blocking, ticket: cell.get(Waiter.ticket) });
  }
  return edges;
}

function lockAt(at: Address): ObjectWords | undefined {
  try {
    const object = new ObjectWords(at);
    const kind = kindOf(object.kindCode)?.name;
    return kind === 'Lock' || kind === 'RLock' ? object : undefined;
  } catch {
    return undefined; // the waiter has just gone
  }
}

/** For each agent, the shortest circle that it is the lowest member of. */
function circlesOf(edges: readonly Edge[]): Edge[][] {
  const from = new Map<AgentId, Edge[]>();
  for (const edge of edges) {
    const known = from.get(edge.waiter);
    if (known) known.push(edge);
    else from.set(edge.waiter, [edge]);
  }
  const found: Edge[][] = [];
  for (const start of from.keys()) {
    const circle = shortestCircle(start, from);
    if (circle) found.push(circle);
  }
  return found;
}

function shortestCircle(start: AgentId, from: ReadonlyMap<AgentId, Edge[]>): Edge[] | undefined {
  const reachedBy = new Map<AgentId, Edge>();
  const next = [start];
  for (let agent = next.shift(); agent !== undefined; agent = next.shift()) {
    for (const edge of from.get(agent) ?? []) {
      if (edge.holder === start) return [...pathTo(agent, start, reachedBy), edge];
      if (edge.holder < start || reachedBy.has(edge.holder)) continue;
      reachedBy.set(edge.holder, edge);
      next.push(edge.holder);
    }
  }
  return undefined;
}

function pathTo(agent: AgentId, start: AgentId, reachedBy: ReadonlyMap<AgentId, Edge>): Edge[] {
  const path: Edge[] = [];
  for (let at = agent; at !== start; ) {
    const edge = reachedBy.get(at) as Edge;
    path.unshift(edge);
    at = edge.waiter;
  }
  return path;
}

function keyOf({ waiter, lock, holder, ticket }: Edge): string {
  return `${waiter} ${lock.at} ${holder} ${ticket}`;
}

function labelOf(lock: ObjectWords): string {
  return `${kindOf(lock.kindCode)?.name} ${lock.at}`;
}
