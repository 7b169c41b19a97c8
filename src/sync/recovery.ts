// What happens when a process has died: everything it held comes back, and nobody goes on waiting for it.
//
//   1. its slot is marked dead            (latches with its id can be taken over from now on)
//   2. objects with its id                (locks freed, latches left: each kind knows how)
//   3. its waiters are taken out, rings it had swallowed are passed on; then its holds go (permits returned, ends closed):
//      with its last hold an object is freed, and nobody may be in its queues any more
//   4. everybody who waits is woken to look again: it may have changed something and died before it woke anyone
//   5. its blocks and cells are freed, then its slot
//
// Every step can be done twice, by two processes at once, or half and again by another: each looks at what is there and
// leaves nothing to remember. Who notices: the parent, told by the kernel (SIGCHLD, also while it sleeps in a blocking
// call), and whoever finds a dead holder in its way.

import { type AgentId, NOBODY } from '../memory/agent.js';
import { arena } from '../memory/arena.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { holdSlab, objectSlab, slabClasses, waiterSlab } from '../memory/slab-class.js';
import { forgetDoor, repeatRings } from './doorbell.js';
import { HoldCell } from './hold.js';
import { kindOf, type ObjectKind } from './object-kind.js';
import { ObjectWords } from './object-words.js';
import { notify } from './parking.js';
import { dropSpinTokens } from './spin.js';
import { WaitQueue } from './wait-queue.js';
import { enrolledWaiters, Waiter, WaiterState, waiterAt } from './waiter.js';

/** Gives back everything the dead agent held. Idempotent. */
export function recoverAgent(dead: AgentId): void {
  const { table, self } = Session.current();
  if (dead === NOBODY || dead === self || !table.isCurrent(dead)) return;
  table.markDead(dead);
  dropSpinTokens(dead);
  recoverObjects(dead);
  recoverWaiters(dead);
  recoverHolds(dead);
  wakeEverybody();
  freeItems(dead);
  forgetDoor(dead);
  if (mayReleaseSlot(dead)) table.release(dead);
}

let lastQuestionMs = 0;
const QUESTION_INTERVAL_MS = 20;

/**
 * Called by who finds `holder` in its way, before it goes to sleep: recovers the holder if it is dead.
 * Asks the kernel at most every 20 ms, so that contended locks stay fast.
 */
export function suspect(holder: AgentId): void {
  suspectAll(() => [holder]);
}

/** The same for several in the way; who they are is asked only when it is time to look. */
export function suspectAll(holders: () => Iterable<AgentId>): void {
  const { table, self } = Session.current();
  const now = performance.now();
  const asksKernel = now - lastQuestionMs >= QUESTION_INTERVAL_MS;
  if (!asksKernel && !table.hasDead) return;
  if (asksKernel) lastQuestionMs = now;
  for (const holder of holders()) {
    if (holder === NOBODY || holder === self) continue;
    const alive = asksKernel ? table.isAlive(holder) : table.isPresumedAlive(holder);
    if (!alive) recoverAgent(holder);
  }
}

function recoverObjects(dead: AgentId): void {
  for (const { at, segment, index } of arena().itemsOf(objectSlab)) {
    const kind = kindOf(Atomics.load(segment.words, segment.wordsOf(index)));
    if (kind?.recover) unlessFreed(kind, new ObjectWords(at), (object) => kind.recover?.(object, dead));
  }
}

function recoverHolds(dead: AgentId): void {
  const memory = arena();
  const { self } = memory.session;
  for (const { at, owner } of memory.itemsOf(holdSlab)) {
    // Taken over first: of all who recover at the same time one goes on, and if it dies over it, its own recovery does.
    if (owner !== dead || !memory.passOn(at, dead, self)) continue;
    const hold = new HoldCell(at);
    const object = hold.object === 0 ? undefined : new ObjectWords(hold.object);
    const kind = object && kindOf(object.kindCode);
    if (kind && object) unlessFreed(kind, object, () => kind.recoverHold?.(object, hold, self));
    if (memory.ownerOf(at) === self) hold.free(); // unless the kind has given it to somebody else
    if (kind && object) unlessFreed(kind, object, () => kind.releasedHold?.(object));
  }
}

/** Another process may free the object at the same time: then there is nothing left to put right. */
function unlessFreed(kind: ObjectKind, object: ObjectWords, recover: (object: ObjectWords) => void): void {
  try {
    recover(object);
  } catch (error) {
    if (object.kindCode === kind.code) throw error;
  }
}

function recoverWaiters(dead: AgentId): void {
  const { self } = Session.current();
  for (const { at, owner } of arena().itemsOf(waiterSlab)) {
    // Taken over first, as holds are: a cell that another one has buried may be somebody else's already.
    if (owner !== dead || !arena().passOn(at, dead, self)) continue;
    const cell = waiterAt(at);
    if (cell.state !== WaiterState.idle)
      new WaitQueue(cell.get(Waiter.object), cell.get(Waiter.field)).bury(cell);
    arena().free(at);
  }
}

function wakeEverybody(): void {
  for (const cell of enrolledWaiters()) {
    if (cell.state === WaiterState.waiting)
      new WaitQueue(cell.get(Waiter.object), cell.get(Waiter.field)).wakeAll();
    else notify(cell); // marked as rung, perhaps never notified
  }
  repeatRings();
}

/** Blocks and the like. Objects stay: others may use what the dead one has made. */
function freeItems(dead: AgentId): void {
  const { self } = Session.current();
  for (const slab of slabClasses) {
    if (!slab.name.startsWith('block-')) continue;
    for (const { at } of [...arena().itemsOf(slab)]) if (arena().passOn(at, dead, self)) arena().free(at);
  }
}

/** A live parent still reads how its child ended; otherwise nobody does. */
function mayReleaseSlot(dead: AgentId): boolean {
  const { table, self } = Session.current();
  const parent = table.words[table.baseOf(dead) + Slot.parent];
  return parent === self || parent === NOBODY || !table.isPresumedAlive(parent);
}
