// A hold: "this agent has that object, n times". Ends of pipes, permits of semaphores, places at a barrier.
//
// The holds are the truth: whether an end is open, how many permits are out, is what the holds say; so recovery of a dead
// process is nothing but dropping its holds, and can be repeated.

import type { AgentId } from '../memory/agent.js';
import { type Address, addressOf, arena, indexOf } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { Session } from '../memory/session.js';
import { holdSlab } from '../memory/slab-class.js';

const Hold = layout(['object', 'role', 'count', 'ticket', 'releasing', 'spare1', 'spare2', 'spare3']);

export class HoldCell {
  readonly at: Address;
  readonly #words: Int32Array;
  readonly #base: number;

  constructor(at: Address) {
    const segment = arena().segmentOf(at);
    this.at = at;
    this.#words = segment.words;
    this.#base = segment.wordsOf(indexOf(at));
  }

  /** @param role What the object's kind means by it: the side of a pipe, the generation of a barrier. */
  static take(
    object: Address,
    role: number,
    count: number,
    owner: AgentId = Session.current().self,
  ): HoldCell {
    const hold = new HoldCell(arena().take(holdSlab, owner));
    hold.#set(Hold.releasing, 1); // not a hold yet
    hold.#set(Hold.role, role);
    hold.#set(Hold.count, count);
    hold.#set(Hold.object, object);
    hold.#set(Hold.ticket, Session.current().nextTicket());
    hold.#set(Hold.releasing, 0);
    Session.current().noteHold(); // last, SYNC POINT holdsMade
    return hold;
  }

  get object(): Address {
    return this.#get(Hold.object);
  }

  get role(): number {
    return this.#get(Hold.role);
  }

  set role(value: number) {
    this.#set(Hold.role, value);
  }

  get count(): number {
    return this.#get(Hold.count);
  }

  set count(value: number) {
    this.#set(Hold.count, value);
  }

  /** Adds to the count in one step, where another process may be taking from it. */
  add(n: number): void {
    Atomics.add(this.#words, this.#base + Hold.count, n);
  }

  /** Takes one from the count in one step; false if it is 0. */
  takeOne(): boolean {
    const word = this.#base + Hold.count;
    for (let count = this.count; count > 0; count = this.count) {
      if (Atomics.compareExchange(this.#words, word, count, count - 1) === count) return true;
    }
    return false;
  }

  /** Order in which holds were taken. */
  get ticket(): number {
    return this.#get(Hold.ticket);
  }

  set ticket(value: number) {
    this.#set(Hold.ticket, value);
  }

  get owner(): AgentId {
    return arena().ownerOf(this.at);
  }

  /** From now on it does not count; what follows from that is done before it is freed, and is done again if that fails. */
  markReleasing(): void {
    this.#set(Hold.releasing, 1);
  }

  get releasing(): boolean {
    return this.#get(Hold.releasing) === 1;
  }

  free(): void {
    this.#set(Hold.object, 0);
    arena().free(this.at);
  }

  #get(field: number): number {
    return Atomics.load(this.#words, this.#base + field);
  }

  #set(field: number, value: number): void {
    Atomics.store(this.#words, this.#base + field, value);
  }
}

/** The holds on an object, those being released not counted. */
export function holdsOn(object: Address): HoldCell[] {
  return cellsOf(object).filter((hold) => !hold.releasing);
}

/** Whether there is any hold on an object, those being released too. */
export function hasHolds(object: Address): boolean {
  return certainly(() => cellsOf(object).length > 0);
}

/** Whether there is a hold on an object in this role that is not being released. */
export function isHeldAs(object: Address, role: number): boolean {
  return certainly(() => holdsOn(object).some((hold) => hold.role === role));
}

const MOST_LOOKS = 1000;

/**
 * SYNC POINT holdsMade: one who passes its hold on makes another, then frees its own; a look that comes by in between may see
 * neither. But then a hold was counted meanwhile, and it looks again. In doubt there is one.
 */
function certainly(found: () => boolean): boolean {
  const session = Session.current();
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const before = session.holdsMade;
    if (found()) return true;
    if (session.holdsMade === before) return false;
  }
  return true;
}

function cellsOf(object: Address): HoldCell[] {
  const found: HoldCell[] = [];
  for (const segment of arena().segmentsOf(holdSlab)) {
    const { words, used } = segment;
    for (let index = 0; index < used; index++) {
      if (Atomics.load(words, segment.ownerWord(index)) === 0) continue; // free: nothing is made for it
      if (words[segment.wordsOf(index) + Hold.object] !== object) continue;
      found.push(new HoldCell(addressOf(segment.number, index)));
    }
  }
  return found;
}
