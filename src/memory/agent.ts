// An agent is what can hold things: a process (or a thread that runs this library) of a session.
//
//   bit 31 30 29                    10 9          0
//      ┌─────┬───────────────────────┬────────────┐
//      │ 0 0 │ epoch (20 bits, ≥ 1)  │ slot index │      0 means nobody
//      └─────┴───────────────────────┴────────────┘
//
// The id fits in one word, so that taking something and saying who took it are one compare-and-swap. The epoch counts
// the uses of a slot: what a dead process held is never taken for the property of the next one in its slot.
// Bits 30 and 31 are free for flags of the word that holds the id.

export type AgentId = number;

export const SLOT_BITS = 10;
export const SLOT_COUNT = 1 << SLOT_BITS;
export const AGENT_MASK = 0x3fffffff;
const EPOCH_MASK = (1 << (30 - SLOT_BITS)) - 1;

export const NOBODY: AgentId = 0;

export function agentId(slot: number, epoch: number): AgentId {
  return ((epoch & EPOCH_MASK) << SLOT_BITS) | slot;
}

export function slotOf(agent: AgentId): number {
  return agent & (SLOT_COUNT - 1);
}

export function epochOf(agent: AgentId): number {
  return (agent & AGENT_MASK) >>> SLOT_BITS;
}

export function nextEpoch(epoch: number): number {
  const next = (epoch + 1) & EPOCH_MASK;
  return next === 0 ? 1 : next;
}
