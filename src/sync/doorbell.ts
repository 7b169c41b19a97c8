// How a process whose event loop waits is told to look: a word in its slot, and a byte in its fifo if that word was quiet.
//
//   ringer                                   owner
//   door ← RUNG; was QUIET? write a byte ─►  epoll wakes the loop; door ← QUIET; look at every parked call
//
// SYNC POINT door: the owner marks QUIET before it looks, the ringer changes what is looked at before it marks RUNG;
// so either the look sees the change or the byte is written.

import { unlinkSync } from 'node:fs';
import { killPoint } from '../base/kill-point.js';
import { type AgentId, epochOf, slotOf } from '../memory/agent.js';
import { Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { FifoBell, FifoRinger } from '../platform/fifo.js';

const Door = { none: 0, quiet: 1, rung: 2 } as const;

const ringers = new Map<AgentId, FifoRinger>();
let bell: FifoBell | undefined;

/** Opens this process's doorbell, once. */
export function openDoor(onRing: () => void): FifoBell {
  if (bell) return bell;
  const { table, self } = Session.current();
  const word = table.baseOf(self) + Slot.door;
  bell = new FifoBell(doorPath(self), () => {
    Atomics.store(table.words, word, Door.quiet); // SYNC POINT door: pairs with ringDoor
    onRing();
  });
  Atomics.store(table.words, word, Door.quiet);
  return bell;
}

/** Makes the agent's event loop look. */
export function ringDoor(agent: AgentId): void {
  const { table } = Session.current();
  if (!table.isCurrent(agent)) return;
  const word = table.baseOf(agent) + Slot.door;
  if (Atomics.load(table.words, word) === Door.none) return;
  const before = Atomics.exchange(table.words, word, Door.rung); // SYNC POINT door: pairs with openDoor
  CHAOS: killPoint('doorbell.marked');
  if (before === Door.quiet) writeRing(agent);
}

/** A ringer may have died between mark and byte: writes the byte for every door that is marked, our own too. */
export function repeatRings(): void {
  const { table } = Session.current();
  for (const agent of table.agents()) {
    const marked = Atomics.load(table.words, table.baseOf(agent) + Slot.door) === Door.rung;
    if (marked && table.isPresumedAlive(agent)) writeRing(agent);
  }
}

/** Closes what this process had open to ring the dead one, and removes its fifo. */
export function forgetDoor(agent: AgentId): void {
  ringers.get(agent)?.close();
  ringers.delete(agent);
  try {
    unlinkSync(doorPath(agent));
  } catch {
    // It had no doorbell, or another process has removed it.
  }
}

function writeRing(agent: AgentId): void {
  let ringer = ringers.get(agent);
  if (!ringer) {
    try {
      ringer = new FifoRinger(doorPath(agent));
    } catch {
      return; // it is gone; its recovery passes the ring on
    }
    ringers.set(agent, ringer);
  }
  if (!ringer.ring()) forgetDoor(agent);
}

function doorPath(agent: AgentId): string {
  return Session.current().path(`door-${slotOf(agent)}-${epochOf(agent)}`);
}
