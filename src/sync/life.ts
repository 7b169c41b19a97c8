// The life of an object that is freed when the last hold on it has gone: an end of a pipe, a process's handle of a queue,
// either of them inside a message.
//
//   life word:  a number of this life ──one compare-and-swap──► −id of who frees it
//
//   release:  look at the life word (the hold is still there) ─ free the hold ─ no holds left? ─ change the word ─ free
//
// Two who release at once both may find no hold left: one of them changes the word. If that one has freed the object and
// it has begun another life by then, the number is another one, and the late one does nothing. One that is killed while it
// frees has left its id: recovery goes on with what it was at.

import type { AgentId } from '../memory/agent.js';
import { Session } from '../memory/session.js';
import { hasHolds } from './hold.js';
import type { ObjectWords } from './object-words.js';

/** The life in which a release has found the object. */
const livesSeen = new WeakMap<ObjectWords, number>();

/** A new object begins to live; before its first hold is taken. */
export function beginLife(object: ObjectWords, field: number): void {
  object.store(field, Session.current().nextTicket() & 0x7fffffff || 1);
}

/** For an object's `recoverHold`: which life it is whose hold is given up. */
export function seeLife(object: ObjectWords, field: number): void {
  livesSeen.set(object, object.load(field));
}

/**
 * For an object's `releasedHold`: true for the one that is to free it.
 * @param onlyOne The object has never had another hold than this one, so there is nothing to look for.
 */
export function endLife(object: ObjectWords, field: number, onlyOne = false): boolean {
  const life = livesSeen.get(object) ?? 0;
  return life > 0 && (onlyOne || !hasHolds(object.at)) && object.swap(field, life, -Session.current().self);
}

/** For an object's `recover`: true for one of those who find that `dead` was freeing it, and is to go on. */
export function inheritEnd(object: ObjectWords, field: number, dead: AgentId): boolean {
  return object.swap(field, -dead, -Session.current().self);
}
