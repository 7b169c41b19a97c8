// wait: which of several things is ready.

import { Deadline, type Wait } from '../base/deadline.js';
import { isWaitable, type Readiness, untilAny, WAITABLE, type Waitable } from '../sync/wait-any.js';

/** Ready from a moment on: milliseconds since the epoch, as `Date.now()` counts them, or a Date. */
export interface Timer {
  readonly at: number | Date;
}

interface Watched<T> {
  readonly thing: T;
  readonly readiness: Readiness;
}

/**
 * Waits until at least one of several things is ready; the counterpart of `multiprocessing.connection.wait`.
 *
 * A connection is ready when `recv` would not wait (a message, or the end, is there), a queue when `get` would not, an event
 * when it is set, a process or its `sentinel` when it has ended, a listener when `accept` would not wait, a timer
 * `{ at }` when its moment has come. Nothing is taken: somebody else may be quicker, so take with a timeout of 0.
 * @param wait Milliseconds, or `{ timeout, signal }`; for ever if absent.
 * @returns Those that are ready, in the order given; none if the time was over first, or if `things` is empty.
 * @throws {TypeError} If something can't be waited for. {ClosedError} If this process has closed one of the connections.
 * @throws {StateError} If a process was not started, or a connection only sends. The signal's reason, if it is aborted.
 */
export async function wait<T extends Waitable | Timer>(things: Iterable<T>, wait?: Wait): Promise<T[]> {
  const deadline = Deadline.from(wait);
  const list = [...things].map((thing, index) => ({ thing, readiness: readinessOf(thing, index) }));
  if (list.length === 0) return [];
  return (await untilAny<Watched<T>>(list, deadline)).map(({ thing }) => thing);
}

function readinessOf(thing: Waitable | Timer, index: number): Readiness {
  if (isWaitable(thing)) return thing[WAITABLE]();
  const at = (thing as Timer | undefined)?.at;
  const atMs = at instanceof Date ? at.getTime() : at;
  if (typeof atMs === 'number' && !Number.isNaN(atMs)) return timerReadiness(atMs);
  throw new TypeError(
    `things[${index}] can't be waited for: it must be a connection, queue, event, process, listener or { at }`,
  );
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

function timerReadiness(atMs: number): Readiness {
  return {
    queues: [],
    ready: () => Date.now() >= atMs,
    watch: (watcher) => {
      // A timer may fire a little before its time: then the look says no, and there is another one.
      const left = Math.min(Math.max(1, atMs - Date.now()), LONGEST_TIMER_MS);
      const timer = setTimeout(watcher, left);
      return () => clearTimeout(timer);
    },
  };
}
