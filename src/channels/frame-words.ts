// The words of a frame queue, in two cells: what writers write and what readers write do not share a cache line, so that one side
// does not wait for the other's processor at every step.

import { arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { ON_THE_WAY } from '../memory/segment.js';
import { dropAttachment, loseAttachment } from '../sync/attachment.js';
import type { ObjectWords } from '../sync/object-words.js';
import type { Attachment } from './parcel.js';
import { FRAME_HEADER_WORDS, type RingSegment, SHARED } from './ring-segment.js';

/** The object, a cache line that only writers touch as long as there is something to read. */
export const Word = layout([
  'kind',
  'writeLatch',
  'tail', //        address of the segment that is written; under the write latch
  'put', //         frames ever put, modulo 2^32
  'frameLimit', //  at most so many frames at a time, 0 for no limit
  'segmentLimit', // at most so many segments, 0 for no limit
  'spare', //       a segment to be used again
  'readSide', //    address of the readers' cell
  'latch',
  'waitHead',
  'waitTail',
  'waitCount', //   readers who wait
]);

/** The readers' cell, another cache line. */
export const ReadWord = layout([
  'kind',
  'readLatch',
  'head', //        address of the segment that is read; under the read latch
  'taken', //       frames ever taken
  'latch',
  'waitHead',
  'waitTail',
  'waitCount', //   writers who wait for room
]);

const NO_ATTACHMENTS: readonly Attachment[] = [];

/** The attachments of the frame that begins at `start` in a segment. */
export function attachmentsAt({ words, base }: RingSegment, start: number): readonly Attachment[] {
  const count = words[base + start + 1];
  if (count <= 0) return NO_ATTACHMENTS; // FAST PATH; less: a frame of many items
  const at = base + start + FRAME_HEADER_WORDS;
  return Array.from({ length: count }, (_, i) => ({
    at: words[at + 2 * i],
    sizeBytes: words[at + 2 * i + 1] >>> 0,
  }));
}

/** Frees the attachments of a frame that a dead writer had sealed and not committed. */
export function dropAttachmentsAt(segment: RingSegment, start: number): void {
  for (const { at } of attachmentsAt(segment, start)) dropAttachment(at, ON_THE_WAY);
}

/** Frees, or gives back, the attachments of a frame that a dead reader had taken and did not own yet. */
export function loseAttachmentsAt(segment: RingSegment, start: number): void {
  for (const { at } of attachmentsAt(segment, start)) loseAttachment(at, ON_THE_WAY);
}

/** Forgets a spare segment that belongs to a dead process, which died as it put it there or took it away: it is freed with it. */
export function dropDeadSpare(object: ObjectWords): void {
  const memory = arena();
  const spare = object.load(Word.spare);
  if (spare === 0) return;
  const owner = memory.ownerOf(spare);
  if (owner !== SHARED && !memory.session.table.isAlive(owner)) object.swap(Word.spare, spare, 0);
}

/** Gives the attachments of a frame that was taken to this process. */
export function ownAttachments(attachments: readonly Attachment[]): void {
  const memory = arena();
  for (const { at } of attachments) memory.passOn(at, ON_THE_WAY, memory.session.self);
}
