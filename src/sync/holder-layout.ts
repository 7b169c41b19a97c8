// Where the words of a lock are in its object, and what the word of its holder says.
//
//   state word:  0 free │ agent id of the holder │ ABANDONED: free, and the last holder died while it held

import { type AgentId, NOBODY } from '../memory/agent.js';
import { layout } from '../memory/record-layout.js';
import { OBJECT_WORDS } from './object-words.js';
import { WAIT_QUEUE_WORDS } from './wait-queue.js';

export const HolderLayout = layout(['kind', 'state', 'latch', 'head', 'tail', 'count']);
/** Words that a kind of lock may use for itself come behind these. */
export const FIRST_OWN_WORD = HolderLayout.latch + WAIT_QUEUE_WORDS;
/** Address of the block where the last holder has said where it took the lock (acquired-at.ts); 0 if nobody ever did. */
export const ACQUIRED_AT_WORD = OBJECT_WORDS - 1;

export const FREE = 0;
export const ABANDONED = 0x40000000;

/** The agent that a state word names. */
export function holderIn(state: number): AgentId {
  return state === ABANDONED ? NOBODY : state;
}
