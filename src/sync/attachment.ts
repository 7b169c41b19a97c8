// Items of shared memory that travel with a message: blocks of bytes, holds on the ends of pipes.
//
//   sender's ──seal──► on the way ──receive──► receiver's        (each step one compare-and-swap of the owner word)
//
// Whoever dies has them freed if they were still or already its own; what is on the way belongs to the channel it is in.

import type { AgentId } from '../memory/agent.js';
import { type Address, arena } from '../memory/arena.js';
import { holdSlab } from '../memory/slab-class.js';
import { HoldCell } from './hold.js';
import { kindOf } from './object-kind.js';
import { ObjectWords } from './object-words.js';

/** Frees an attachment that nobody will take, if `owner` still has it. */
export function dropAttachment(at: Address, owner: AgentId): void {
  const memory = arena();
  if (memory.ownerOf(at) !== owner) return;
  if (memory.segmentOf(at).slab === holdSlab) {
    releaseHold(new HoldCell(at));
  } else {
    memory.free(at);
  }
}

/** A reader took the attachment out of a channel and died before it owned it. */
export function loseAttachment(at: Address, owner: AgentId): void {
  const memory = arena();
  if (memory.ownerOf(at) !== owner) return;
  if (memory.segmentOf(at).slab === holdSlab) {
    const hold = new HoldCell(at);
    const object = new ObjectWords(hold.object);
    const kind = kindOf(object.kindCode);
    if (kind?.returnHold) {
      kind.returnHold(object, hold);
      return;
    }
  }
  dropAttachment(at, owner);
}

/** Gives a hold back: its object's kind does what follows from that, then the cell is freed. */
export function releaseHold(hold: HoldCell): void {
  const object = new ObjectWords(hold.object);
  const kind = kindOf(object.kindCode);
  kind?.recoverHold?.(object, hold, hold.owner);
  hold.free();
  kind?.releasedHold?.(object);
}
