// A parcel laid down in a block of shared memory for one receiver: what a child is to run, what it has returned.
//
//   [ payload bytes │ attachments ] [ address │ bytes ] × attachments [ payload ]

import type { AgentId } from '../memory/agent.js';
import { type Address, arena } from '../memory/arena.js';
import { Session } from '../memory/session.js';
import { type Attachment, IncomingParcel, type OutgoingParcel } from './parcel.js';

/** Lays a parcel down as the receiver's property. @throws {SystemCallError} With code ENOSPC if shared memory is full. */
export function storeParcel(parcel: OutgoingParcel, receiver: AgentId): Address {
  const { bytes, attachments } = parcel;
  const head = new Uint32Array(2 + 2 * attachments.length);
  head.set([bytes.length, attachments.length]);
  for (const [i, { at, sizeBytes }] of attachments.entries()) head.set([at, sizeBytes], 2 + 2 * i);
  const block = blockFor(parcel, head.byteLength + bytes.length);
  const target = arena().bytesOf(block);
  target.set(new Uint8Array(head.buffer));
  target.set(bytes, head.byteLength);
  parcel.seal(receiver);
  arena().passOn(block, Session.current().self, receiver);
  arena().letGo(block);
  return block;
}

/** Without room for it the parcel is not sent: what hangs on it goes. */
function blockFor(parcel: OutgoingParcel, sizeBytes: number): Address {
  try {
    return arena().takeBlock(sizeBytes);
  } catch (error) {
    parcel.abandon();
    throw error;
  }
}

/** Picks a parcel up and frees its block. */
export function loadParcel(block: Address): IncomingParcel {
  const source = arena().bytesOf(block);
  const word = (index: number) => new DataView(source.buffer, source.byteOffset).getUint32(4 * index, true);
  const [length, count] = [word(0), word(1)];
  const attachments: Attachment[] = [];
  for (let i = 0; i < count; i++) attachments.push({ at: word(2 + 2 * i), sizeBytes: word(3 + 2 * i) });
  const start = 8 + 8 * count;
  const bytes = source.slice(start, start + length);
  arena().free(block);
  return new IncomingParcel(bytes, attachments);
}
