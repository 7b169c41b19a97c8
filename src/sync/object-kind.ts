// The kinds of shared objects: the number in an object's first word, and what recovery does with one of that kind.

import { InternalError } from '../base/errors.js';
import type { AgentId } from '../memory/agent.js';
import type { HoldCell } from './hold.js';
import type { KindLabel, ObjectWords } from './object-words.js';

/** `code` is never changed and never used again; `name` is the class's, and that of its handles. */
export interface ObjectKind extends KindLabel {
  /** An agent has died: gives back what it had of this object. Idempotent; may run twice at once. */
  recover?(object: ObjectWords, dead: AgentId): void;
  /**
   * A hold on this object has lost its process: gives it back. Called before the hold itself is freed; it is not freed if
   * it belongs to somebody else by then. Idempotent.
   * @param owner Who has the hold now: the process that recovers, or gives it up.
   */
  recoverHold?(object: ObjectWords, hold: HoldCell, owner: AgentId): void;
  /** A reader took a parcel with this hold out of its channel and died before it owned it; unless said, it is released. */
  returnHold?(object: ObjectWords, hold: HoldCell): void;
  /** A hold on this object has been freed: it may have been the last. Idempotent. */
  releasedHold?(object: ObjectWords): void;
}

const kinds = new Map<number, ObjectKind>();

export function defineKind(kind: ObjectKind): ObjectKind {
  const other = kinds.get(kind.code);
  if (other) throw new InternalError(`${kind.name} and ${other.name} have the same kind code ${kind.code}`);
  kinds.set(kind.code, kind);
  return kind;
}

export function kindOf(code: number): ObjectKind | undefined {
  return kinds.get(code);
}
