// The processes of a session: a table of slots in shared memory, one for each agent.
//
//   file "table":  [ header, 64 words ][ segment descriptors, 4096 words ][ slots, 1024 × 15 words ]
//
//   slot:  FREE ──reserve(parent)──► RESERVED ──claim(child)──► LIVE
//            ▲                          │                         │  kernel says: ended
//            └───────── release ────────┴──── DEAD ◄──────────────┘  (recovery runs; may run twice)
//
// A slot is reserved by the parent before the child is spawned, in the child's name: what the parent hands to the child
// belongs to the child from then on, and is recovered if it never comes to life. Liveness is the kernel's word (pid and
// start time), asked only where it matters; a slot marked DEAD answers at once.

import { InternalError, StateError } from '../base/errors.js';
import { isAlive, type ProcessIdentity } from '../platform/process-identity.js';
import { type AgentId, agentId, epochOf, NOBODY, nextEpoch, SLOT_COUNT, slotOf } from './agent.js';
import { layout } from './record-layout.js';

export const TableHeader = layout([
  'magic',
  'version',
  'segmentCount',
  'ticket',
  'processCounter',
  'slotHint',
  'segmentsMade', // how often a segment was added to the descriptors
  'holdsMade', //    how many holds were ever made (sync/hold.ts), modulo 2^32
  'deadSlots', //    how many slots are DEAD, at least
  'spinners', //     first of SPIN_TOKENS words: who spins (sync/spin.ts)
]);
export const TABLE_MAGIC = 0x6d687462; // "mhtb"
export const TABLE_VERSION = 2;
const HEADER_WORDS = 64;
export const SPIN_TOKENS = 16;
export const SEGMENT_LIMIT = 4096;

export const SEGMENTS_AT = HEADER_WORDS;
const SLOTS_AT = SEGMENTS_AT + SEGMENT_LIMIT;

/** One agent's slot. */
export const Slot = layout([
  'state', //        SlotState; CAS
  'epoch', //        uses of this slot; written by the reserver
  'pid', //          of a thread: its own number (process-identity.ts)
  'startLow', //     start time, two halves; written by the child (or its parent once spawned)
  'startHigh',
  'parent', //       agent id of the parent, or 0
  'door', //         Door; whether the agent's doorbell exists, and has been rung
  'parcel', //       address of the block with what the child is to run; written by the parent, the child sleeps on it
  'result', //       address of the block with what run() came to; written by the child
  'status', //       address of the child's StartStatus
  'bound', //        1 if the kernel ends it with its parent, 0 if it is detached; written by the parent
  'ending', //       1 + the code of its end, once a thread ends by itself; written by the thread, its parent sleeps on it
  'told', //         1: this thread is to end; written by its parent  (sync/end-when-told.ts)
  'calling', //      1 while this thread is in a call of the FFI
  'host', //         pid of the process it is a thread of; 0 if it is a process
]);
export const TABLE_BYTES = (SLOTS_AT + SLOT_COUNT * Slot.words) * 4;

export const SlotState = { free: 0, reserved: 1, live: 2, dead: 3 } as const;

export class ProcessTable {
  readonly words: Int32Array;
  readonly pointer: number;

  constructor(buffer: ArrayBuffer, pointer: number) {
    this.words = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4));
    this.pointer = pointer;
  }

  /** Index of the first word of an agent's slot. */
  baseOf(agent: AgentId): number {
    return SLOTS_AT + slotOf(agent) * Slot.words;
  }

  /** @throws {StateError} If all slots are taken. */
  reserve(parent: AgentId): AgentId {
    const { words } = this;
    const start = Atomics.add(words, TableHeader.slotHint, 1);
    for (let step = 0; step < SLOT_COUNT; step++) {
      const slot = (start + step) & (SLOT_COUNT - 1);
      if (slot === 0) continue; // slot 0 is nobody
      const base = SLOTS_AT + slot * Slot.words;
      if (
        Atomics.compareExchange(words, base + Slot.state, SlotState.free, SlotState.reserved) !==
        SlotState.free
      ) {
        continue;
      }
      const epoch = nextEpoch(words[base + Slot.epoch] as number);
      for (let field = 1; field < Slot.words; field++) words[base + field] = 0;
      words[base + Slot.parent] = parent;
      Atomics.store(words, base + Slot.epoch, epoch);
      return agentId(slot, epoch);
    }
    throw new StateError(`a session has at most ${SLOT_COUNT - 1} processes, and all of them are in use`);
  }

  /** The agent comes to life as the calling process. */
  claim(agent: AgentId, who: ProcessIdentity): void {
    const base = this.baseOf(agent);
    if (who.pid !== process.pid) this.words[base + Slot.host] = process.pid;
    this.setIdentity(agent, who);
    const previous = Atomics.compareExchange(
      this.words,
      base + Slot.state,
      SlotState.reserved,
      SlotState.live,
    );
    if (previous !== SlotState.reserved || !this.isCurrent(agent)) {
      throw new InternalError(`slot ${slotOf(agent)} is not reserved for this process (state ${previous})`);
    }
  }

  setIdentity(agent: AgentId, who: ProcessIdentity): void {
    const base = this.baseOf(agent);
    this.words[base + Slot.startLow] = who.startTime | 0;
    this.words[base + Slot.startHigh] = Math.floor(who.startTime / 2 ** 32) | 0;
    Atomics.store(this.words, base + Slot.pid, who.pid);
  }

  /** The pid of the process that the agent is, or is a thread of. */
  pidOf(agent: AgentId): number {
    return this.hostOf(agent) || this.identityOf(agent).pid;
  }

  /** The pid of the process that the agent is a thread of; 0 if it is a process. */
  hostOf(agent: AgentId): number {
    return this.words[this.baseOf(agent) + Slot.host] as number;
  }

  /** What the kernel knows it by. */
  identityOf(agent: AgentId): ProcessIdentity {
    const base = this.baseOf(agent);
    const low = (this.words[base + Slot.startLow] as number) >>> 0;
    const high = this.words[base + Slot.startHigh] as number;
    return { pid: Atomics.load(this.words, base + Slot.pid), startTime: high * 2 ** 32 + low };
  }

  /** Whether the slot is still used by this very agent. */
  isCurrent(agent: AgentId): boolean {
    return agent !== NOBODY && Atomics.load(this.words, this.baseOf(agent) + Slot.epoch) === epochOf(agent);
  }

  /** True until the agent is known to have ended; asks nobody. */
  isPresumedAlive(agent: AgentId): boolean {
    if (!this.isCurrent(agent)) return false;
    const state = Atomics.load(this.words, this.baseOf(agent) + Slot.state);
    return state === SlotState.live || state === SlotState.reserved;
  }

  /** The kernel's word. One read of /proc: for slow paths. */
  isAlive(agent: AgentId): boolean {
    if (!this.isPresumedAlive(agent)) return false;
    const who = this.identityOf(agent);
    if (who.pid !== 0) return who.startTime === 0 || isAlive(who);
    // Reserved, not spawned yet: as alive as the parent that is about to spawn it, which runs.
    const parent = this.words[this.baseOf(agent) + Slot.parent] as number;
    return parent !== NOBODY && this.identityOf(parent).pid !== 0 && this.isAlive(parent);
  }

  markDead(agent: AgentId): void {
    const word = this.baseOf(agent) + Slot.state;
    while (this.isPresumedAlive(agent)) {
      const before = Atomics.load(this.words, word);
      if (before !== SlotState.live && before !== SlotState.reserved) continue; // somebody else was quicker
      // Counted first: whoever dies here leaves the number too high, and then others look once too often, not too seldom.
      Atomics.add(this.words, TableHeader.deadSlots, 1);
      if (Atomics.compareExchange(this.words, word, before, SlotState.dead) === before) return;
      Atomics.sub(this.words, TableHeader.deadSlots, 1);
    }
  }

  /** Whether somebody may be dead and not recovered yet: one word, for those about to wait. */
  get hasDead(): boolean {
    return Atomics.load(this.words, TableHeader.deadSlots) !== 0;
  }

  /** The slot may be used again; only after recovery. */
  release(agent: AgentId): void {
    if (!this.isCurrent(agent)) return;
    const word = this.baseOf(agent) + Slot.state;
    if (Atomics.compareExchange(this.words, word, SlotState.dead, SlotState.free) === SlotState.dead)
      Atomics.sub(this.words, TableHeader.deadSlots, 1);
  }

  /** Agents whose slot is in use, dead ones not yet recovered included. */
  *agents(): Generator<AgentId> {
    for (let slot = 1; slot < SLOT_COUNT; slot++) {
      const base = SLOTS_AT + slot * Slot.words;
      if (Atomics.load(this.words, base + Slot.state) !== SlotState.free) {
        yield agentId(slot, this.words[base + Slot.epoch] as number);
      }
    }
  }
}
