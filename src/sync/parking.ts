// The one place that sleeps: a blocking call on the waiter's own word (futex), an async call on the process's doorbell.

import type { Deadline } from '../base/deadline.js';
import { Session } from '../memory/session.js';
import type { FifoBell } from '../platform/fifo.js';
import { os } from '../platform/os.js';
import { isThread } from '../platform/own-thread.js';
import { openDoor, ringDoor } from './doorbell.js';
import { ParkMode, Waiter, type WaiterCell, WaiterState } from './waiter.js';

/** Whether a parked async call keeps the program alive, as a person's `await` should and a service's should not. */
export type KeepAlive = boolean;

interface Parked {
  readonly wake: () => void;
}

const parked = new Map<WaiterCell, Parked>();
let keepingAlive = 0;
let door: FifoBell | undefined;

const looks = new Set<() => void>();

/** Called when a sleeping thread is interrupted by a signal, and once a second: somebody may have died. */
export function whenInterrupted(look: () => void): void {
  looks.add(look);
}

/** Children whose end comes with no signal: threads. */
let unheard = 0;

/**
 * A signal that comes just before the thread sleeps interrupts nothing, so a process that has children looks once a second
 * as well; ten times where there is no signal: a thread gets none, and none tells of a thread's end. One that has no
 * children sleeps without a limit.
 */
export function lookIntervalMs(): number {
  return isThread() || unheard > 0 ? 100 : 1000;
}

/** There is a child whose end comes with no signal, until the returned function is called. */
export function expectUnheardEnd(): () => void {
  unheard++;
  return () => {
    unheard--;
  };
}

/** Blocks the thread until the waiter is rung or the deadline is over. */
export function parkSync(cell: WaiterCell, deadline: Deadline): 'rung' | 'timeout' {
  for (;;) {
    if (cell.state !== WaiterState.waiting) return 'rung';
    const remaining = deadline.remainingMs();
    if (remaining === 0) return 'timeout';
    const sleepMs = looks.size > 0 ? Math.min(remaining, lookIntervalMs()) : remaining;
    if (os.futexWait(cell.statePointer, WaiterState.waiting, sleepMs) !== 'woken')
      for (const look of looks) look();
  }
}

/**
 * Resolves when the waiter is rung or the deadline is over.
 * @throws The signal's reason, when it is aborted.
 */
export function parkAsync(
  cell: WaiterCell,
  deadline: Deadline,
  keepAlive: KeepAlive,
): Promise<'rung' | 'timeout'> {
  return park([cell], deadline, keepAlive);
}

/**
 * Resolves when one of the waiters is rung, `watch` calls back or the deadline is over; keeps the program alive.
 * @param watch Called with the function that wakes; what it returns ends that.
 * @throws The signal's reason, when it is aborted.
 */
export function parkAnyAsync(
  cells: readonly WaiterCell[],
  deadline: Deadline,
  watch: (wake: () => void) => () => void,
): Promise<'rung' | 'timeout'> {
  return park(cells, deadline, true, watch);
}

function park(
  cells: readonly WaiterCell[],
  deadline: Deadline,
  keepAlive: KeepAlive,
  watch?: (wake: () => void) => () => void,
): Promise<'rung' | 'timeout'> {
  door ??= openDoor(wakeRung);
  const { signal } = deadline;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let unwatch: (() => void) | undefined;
    let over = false;
    const end = (settle: () => void) => {
      if (over) return;
      over = true;
      for (const cell of cells) parked.delete(cell);
      if (keepAlive && --keepingAlive === 0) door?.keepAlive(false);
      if (timer) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      unwatch?.();
      settle();
    };
    const onAbort = () => end(() => reject(signal?.reason));
    const wake = () => end(() => resolve('rung'));
    for (const cell of cells) parked.set(cell, { wake });
    if (keepAlive && keepingAlive++ === 0) door?.keepAlive(true);
    if (deadline.atMs !== Number.POSITIVE_INFINITY) {
      timer = armTimer(deadline, () => end(() => resolve('timeout')));
      if (!keepAlive) timer.unref();
    }
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    unwatch = over ? undefined : watch?.(wake);
    for (const cell of cells) if (cell.state !== WaiterState.waiting) wake(); // rung by this very process already
  });
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

function armTimer(deadline: Deadline, whenOver: () => void): NodeJS.Timeout {
  const left = deadline.remainingMs();
  return setTimeout(whenOver, Math.min(Math.ceil(left), LONGEST_TIMER_MS));
}

/** Wakes whoever sleeps on a waiter that has just been marked as rung. */
export function notify(cell: WaiterCell): void {
  if (cell.get(Waiter.mode) === ParkMode.futex) {
    os.futexWake(cell.statePointer, 1);
    return;
  }
  const owner = cell.owner;
  if (owner === Session.current().self) parked.get(cell)?.wake();
  else ringDoor(owner);
}

/** The doorbell was rung: wakes the parked calls whose waiter is marked. */
function wakeRung(): void {
  for (const [cell, { wake }] of parked) if (cell.state !== WaiterState.waiting) wake();
}
