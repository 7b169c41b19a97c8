// Waiting for the first of several things, without taking anything of any of them.
//
//   look at each ─► one waiter in each thing's wait queue, one watcher for each thing of this process ─► look again
//        ▲                                                                                                  │
//        └──── withdraw all; a ring at something that is ready is passed on, for nothing was taken ◄── park ┘
//
// SYNC POINT count (wait-queue.ts): enrolled everywhere before the second look.

import type { Deadline } from '../base/deadline.js';
import { parkAnyAsync } from './parking.js';
import type { WaitQueue } from './wait-queue.js';
import { ParkMode } from './waiter.js';

/** The method by which an object says when it is ready. */
export const WAITABLE: unique symbol = Symbol.for('manyhands.waitable') as never;

/** How to see that something is ready, and to be woken when it may be. */
export interface Readiness {
  /** Whose rings may mean that it is ready. */
  readonly queues: readonly WaitQueue[];
  /** Whether a call that waits for it would not wait. Takes nothing, may throw. */
  ready(): boolean;
  /** For what happens in this process only: calls back when it may be ready, until the returned function is called. */
  watch?(watcher: () => void): () => void;
}

export interface Waitable {
  [WAITABLE](): Readiness;
}

export function isWaitable(value: unknown): value is Waitable {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as Partial<Waitable>)[WAITABLE] === 'function'
  );
}

/**
 * Resolves to those that are ready, in the order given, as soon as one is; to none when the deadline is over.
 * @throws The signal's reason when it is aborted; what a look throws.
 */
export async function untilAny<Thing extends { readonly readiness: Readiness }>(
  things: readonly Thing[],
  deadline: Deadline,
): Promise<Thing[]> {
  for (;;) {
    deadline.throwIfAborted();
    const first = readyOf(things);
    if (first.length > 0 || deadline.expired) return first;
    const enrolled = things.flatMap((thing) =>
      thing.readiness.queues.map((queue) => ({ thing, queue, cell: queue.enrol(ParkMode.door) })),
    );
    try {
      const second = readyOf(things); // SYNC POINT count: pairs with wake
      if (second.length > 0) return second;
      const cells = enrolled.map(({ cell }) => cell);
      await parkAnyAsync(cells, deadline, (wake) => watchAll(things, wake));
    } finally {
      for (const { thing, queue, cell } of enrolled) queue.withdraw(cell, !seemsReady(thing));
    }
  }
}

function readyOf<Thing extends { readonly readiness: Readiness }>(things: readonly Thing[]): Thing[] {
  return things.filter(({ readiness }) => readiness.ready());
}

/** As `ready`; what can't be looked at any more needs no ring passed on. */
function seemsReady({ readiness }: { readonly readiness: Readiness }): boolean {
  try {
    return readiness.ready();
  } catch {
    return false;
  }
}

function watchAll(things: readonly { readonly readiness: Readiness }[], wake: () => void): () => void {
  const ends = things.map(({ readiness }) => readiness.watch?.(wake));
  return () => {
    for (const end of ends) end?.();
  };
}
