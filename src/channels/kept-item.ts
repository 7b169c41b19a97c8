// An item that is kept until somebody says it is done: so that it can be delivered again if its taker dies.
//
//   frame in the queue:  [ hold ]            one attachment, no payload
//   hold:                object = the queue │ role │ count = address of the block
//   block:               [ hold │ payload bytes │ n ][ address │ bytes ] × n [ payload ]
//
//   who owns the hold is where the item is; one compare-and-swap moves it:
//
//   putter ──seal──► ON THE WAY (in the queue) ──take──► taker ──done──► freed
//   (PUTTING)            (PUT from here on)                │
//                                                          └─ dies ──► SHARED (given back) ──take──► another taker
//
// The block and what hangs on it (large bytes, ends of pipes) belong to nobody as long as the item lives: they stay ON THE
// WAY. Each taker revives the item from copies of them. Whoever ends the item, which only the hold's owner may, makes
// them its own one by one and frees them; if it dies over that, recovery of the hold's owner does the rest.

import { killPoint } from '../base/kill-point.js';
import type { AgentId } from '../memory/agent.js';
import { type Address, arena, indexOf } from '../memory/arena.js';
import { ON_THE_WAY } from '../memory/segment.js';
import { holdSlab } from '../memory/slab-class.js';
import { copyReceived } from '../platform/received-bytes.js';
import { dropAttachment } from '../sync/attachment.js';
import { HoldCell } from '../sync/hold.js';
import { type Attachment, IncomingParcel, OutgoingParcel } from './parcel.js';
import { SHARED } from './ring-segment.js';

const Role = { putting: 0, put: 1 } as const;
const HEAD_WORDS = 3;

/** On its way into the queue; owned by the putter until it is sealed. */
export class KeptItemParcel extends OutgoingParcel {
  readonly #hold: HoldCell;

  /** @param item Sealed in the block, whatever becomes of it. @throws {SystemCallError} ENOSPC: shared memory is full. */
  constructor(queue: Address, item: OutgoingParcel) {
    super();
    const memory = arena();
    this.#hold = HoldCell.take(queue, Role.putting, 0);
    try {
      this.#hold.count = writeBlock(this.#hold.at, item);
    } catch (error) {
      this.#hold.free();
      throw error;
    }
    this.attach(this.#hold.at);
    CHAOS: killPoint('joinable.put.stored');
    memory.passOn(this.#hold.count, memory.session.self, ON_THE_WAY); // first: from then on recovery looks into it
    CHAOS: killPoint('joinable.put.half');
    item.seal(ON_THE_WAY);
    memory.letGo(this.#hold.count);
  }

  override seal(receiver: AgentId): void {
    super.seal(receiver);
    CHAOS: killPoint('joinable.put.sealed');
    this.#hold.role = Role.put;
  }
}

/** An item as its taker revives it: from copies, as often as need be. */
export class KeptItem extends IncomingParcel {
  readonly hold: HoldCell;
  readonly #attachments: readonly Attachment[];
  readonly #onOpened: (hold: HoldCell) => void;

  /** @param hold Owned by this process. @param onOpened Called when it has been revived. */
  constructor(hold: HoldCell, onOpened: (hold: HoldCell) => void) {
    const { payload, attachments } = readBlock(hold.count);
    super(payload);
    this.hold = hold;
    this.#attachments = attachments;
    this.#onOpened = onOpened;
  }

  override open(): unknown {
    const value = super.open();
    this.#onOpened(this.hold);
    return value;
  }

  override take(index: number): number {
    const original = new HoldCell((this.#attachments[index] as Attachment).at);
    return HoldCell.take(original.object, original.role, original.count).at;
  }

  override takeBytes(index: number): Uint8Array<ArrayBuffer> {
    const { at, sizeBytes } = this.#attachments[index] as Attachment;
    return copyReceived(arena().bytesOf(at, 0, sizeBytes));
  }
}

/** Whether an item has been put, and is neither in the queue nor done: taken, or given back. */
export function isTaken(hold: HoldCell): boolean {
  return hold.role === Role.put && hold.owner !== ON_THE_WAY;
}

export function isGivenBack(hold: HoldCell): boolean {
  return hold.owner === SHARED;
}

/** Takes an item that was given back; false if somebody else was quicker. */
export function takeGivenBack(hold: HoldCell): boolean {
  return arena().passOn(hold.at, SHARED, arena().session.self);
}

/** Ends an item of this process's own. */
export function endItem(hold: HoldCell): void {
  hold.markReleasing(); // the commit: it is done
  CHAOS: killPoint('joinable.done.marked');
  freeContent(hold);
  hold.free();
}

/** Gives an item back that its taker, who has died, had or was just getting. */
export function giveBack(hold: HoldCell, from: AgentId): void {
  arena().passOn(hold.at, from, SHARED);
}

/** Puts right an item of a dead owner: gives it back, or ends what it was ending or had not finished putting. */
export function recoverItem(hold: HoldCell, dead: AgentId): void {
  const memory = arena();
  if (hold.role === Role.put && !hold.releasing) {
    giveBack(hold, dead);
    CHAOS: killPoint('joinable.recover.half');
    return;
  }
  if (!memory.passOn(hold.at, dead, memory.session.self)) return; // another one is at it
  hold.markReleasing();
  freeContent(hold);
  hold.free();
}

/** Frees the block and what hangs on it; only the hold's owner calls it, and may call it again. */
export function freeContent(hold: HoldCell): void {
  const memory = arena();
  const { self } = memory.session;
  const block = hold.count;
  // A block that is not on the way is its dead putter's, with all that hangs on it, or has been made somebody's own below.
  if (block === 0 || memory.ownerOf(block) !== ON_THE_WAY || backReference(block) !== hold.at) return;
  const { attachments } = readBlock(block);
  const owned = attachments.filter(({ at }) => memory.passOn(at, ON_THE_WAY, self));
  CHAOS: killPoint('joinable.done.half');
  const mine = memory.passOn(block, ON_THE_WAY, self);
  hold.count = 0;
  CHAOS: killPoint('joinable.done.owned');
  for (const { at } of owned) dropAttachment(at, self);
  if (mine) memory.free(block);
}

function writeBlock(hold: Address, { bytes, attachments }: OutgoingParcel): Address {
  const head = new Uint32Array(HEAD_WORDS + 2 * attachments.length);
  head.set([hold, bytes.length, attachments.length]);
  for (const [i, { at, sizeBytes }] of attachments.entries()) head.set([at, sizeBytes], HEAD_WORDS + 2 * i);
  const block = arena().takeBlock(head.byteLength + bytes.length);
  const target = arena().bytesOf(block);
  target.set(new Uint8Array(head.buffer));
  target.set(bytes, head.byteLength);
  return block;
}

function backReference(block: Address): Address {
  const { segment, word } = wordsOf(block);
  return segment.words[word];
}

function readBlock(block: Address): { payload: Uint8Array; attachments: Attachment[] } {
  const { segment, word } = wordsOf(block);
  const { words } = segment;
  const [length, count] = [words[word + 1], words[word + 2]];
  const attachments: Attachment[] = [];
  for (let i = 0; i < count; i++) {
    const at = word + HEAD_WORDS + 2 * i;
    attachments.push({ at: words[at], sizeBytes: words[at + 1] >>> 0 });
  }
  const payload = arena().bytesOf(block, (HEAD_WORDS + 2 * count) * 4, length);
  return { payload, attachments };
}

function wordsOf(block: Address) {
  const segment = arena().segmentOf(block);
  return { segment, word: segment.wordsOf(indexOf(block)) };
}

/** Every item hold of an agent on a queue, those being ended included. */
export function itemsOf(owner: AgentId, queue: Address): HoldCell[] {
  return [...arena().itemsOf(holdSlab)]
    .filter((item) => item.owner === owner)
    .map(({ at }) => new HoldCell(at))
    .filter((hold) => hold.object === queue);
}
