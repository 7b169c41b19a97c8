// A waiter: the cell in shared memory by which somebody who waits can be found and woken.
//
//   IDLE ──enrol──► WAITING ──wake──► RUNG ──withdraw──► IDLE
//
// The cell is the truth about who waits for what; the links of a wait queue are made from it and can be made again.

import type { AgentId } from '../memory/agent.js';
import { type Address, arena, indexOf } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { waiterSlab } from '../memory/slab-class.js';

export const Waiter = layout([
  'state', //   WaiterState; a blocked thread sleeps on this word
  'object', //  address of the object whose queue it is in
  'field', //   which of the object's queues: index of its first word in the object
  'next',
  'previous',
  'mode', //    ParkMode
  'ticket', //  order of arrival
]);

export const WaiterState = { idle: 0, waiting: 1, rung: 2 } as const;
export const ParkMode = { futex: 1, door: 2 } as const;

/** A waiter cell as seen by this process. */
export class WaiterCell {
  readonly at: Address;
  readonly words: Int32Array;
  readonly base: number;
  /** Memory address of the state word. */
  readonly statePointer: number;

  constructor(at: Address) {
    const segment = arena().segmentOf(at);
    this.at = at;
    this.words = segment.words;
    this.base = segment.wordsOf(indexOf(at));
    this.statePointer = segment.pointer + (this.base + Waiter.state) * 4;
  }

  get state(): number {
    return Atomics.load(this.words, this.base + Waiter.state);
  }

  set state(value: number) {
    Atomics.store(this.words, this.base + Waiter.state, value);
  }

  get(field: number): number {
    return this.words[this.base + field];
  }

  set(field: number, value: number): void {
    this.words[this.base + field] = value;
  }

  get owner(): AgentId {
    return arena().ownerOf(this.at);
  }
}

const cells = new Map<Address, WaiterCell>();
const spare: WaiterCell[] = [];

/** The cell at an address; the same object at every call. */
export function waiterAt(at: Address): WaiterCell {
  let cell = cells.get(at);
  if (!cell) {
    cell = new WaiterCell(at);
    cells.set(at, cell);
  }
  return cell;
}

/** A cell of this process's own, idle. */
export function takeWaiter(): WaiterCell {
  return spare.pop() ?? waiterAt(arena().take(waiterSlab));
}

/** Gives an idle cell back. A few are kept, so that waiting again allocates nothing. */
export function dropWaiter(cell: WaiterCell): void {
  cell.state = WaiterState.idle;
  if (spare.length < 64) spare.push(cell);
  else arena().free(cell.at);
}

/** Every waiter of the session that is enrolled or rung. */
export function* enrolledWaiters(): Generator<WaiterCell> {
  for (const { at } of arena().itemsOf(waiterSlab)) {
    const cell = waiterAt(at);
    if (cell.state !== WaiterState.idle) yield cell;
  }
}
