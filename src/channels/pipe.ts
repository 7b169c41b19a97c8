// Pipe: two connected ends over two frame queues in shared memory.
//
//   pipe object:  kind │ queue A→B (0: one-way) │ queue B→A │ A closed │ B closed │ life (life.ts)
//
// Who holds an end is said by hold cells (role = side), in processes and in messages on their way. An end is closed when
// its last hold is gone; whoever gives that hold up, or recovers it from a dead process, marks the end and wakes both sides,
// and frees its hold; whoever frees the very last hold frees the memory: nobody can reach it any more, nobody is still
// waking.

import { killPoint } from '../base/kill-point.js';
import { registerShippable } from '../base/shippable.js';
import { arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { releaseHold } from '../sync/attachment.js';
import { HoldCell, isHeldAs } from '../sync/hold.js';
import { beginLife, endLife, inheritEnd, seeLife } from '../sync/life.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import type { Connection } from './connection.js';
import { FrameQueue } from './frame-queue.js';
import { type PipeEnd, RingConnection } from './ring-connection.js';

const Word = layout(['kind', 'fromA', 'fromB', 'closedA', 'closedB', 'life']);
type Side = 0 | 1;

/** How much a writer may be ahead of its reader, in ring segments of 32 KiB. */
const SEGMENTS_AHEAD = 4;

const pipeKind = defineKind({
  code: 13,
  name: 'Pipe',
  recoverHold(object, hold) {
    hold.markReleasing();
    seeLife(object, Word.life);
    if (isHeldAs(object.at, hold.role)) return;
    object.store(Word.closedA + hold.role, 1);
    for (const queue of queuesOf(object)) {
      queue.readers.wakeAll();
      queue.writers.wakeAll();
    }
  },
  releasedHold(object) {
    if (!endLife(object, Word.life)) return;
    CHAOS: killPoint('pipe.free.begun');
    free(object);
  },
  recover(object, dead) {
    if (inheritEnd(object, Word.life, dead)) free(object);
  },
});

/** Killed before it frees, it is done again; later, what is left stays until the session ends: some KiB. */
function free(object: ObjectWords): void {
  const queues = queuesOf(object);
  for (const queue of queues) queue.drain();
  for (const field of [Word.fromA, Word.fromB]) object.store(field, 0);
  for (const queue of queues) queue.destroy();
  object.store(Word.kind, 0);
  arena().free(object.at);
}

/**
 * Makes two connected ends; the counterpart of `multiprocessing.Pipe`.
 * @param duplex False: the first end only receives, the second only sends.
 * @throws {SystemCallError} With code ENOSPC if shared memory is full.
 */
export function Pipe<T = unknown>(duplex = true): [Connection<T>, Connection<T>] {
  return arena().allOrNothing(() => makePipe<T>(duplex));
}

function makePipe<T>(duplex: boolean): [Connection<T>, Connection<T>] {
  const object = ObjectWords.create(pipeKind);
  beginLife(object, Word.life);
  const limits = { segments: SEGMENTS_AHEAD };
  if (duplex) object.store(Word.fromA, FrameQueue.create(limits).address);
  object.store(Word.fromB, FrameQueue.create(limits).address);
  const ends = ([0, 1] as const).map((side) => endOf(object, HoldCell.take(object.at, side, 1), side));
  return [new RingConnection<T>(ends[0]), new RingConnection<T>(ends[1])];
}

function endOf(object: ObjectWords, hold: HoldCell, side: Side): PipeEnd {
  const incoming = object.load(side === 0 ? Word.fromB : Word.fromA);
  const outgoing = object.load(side === 0 ? Word.fromA : Word.fromB);
  const peerClosed = side === 0 ? Word.closedB : Word.closedA;
  return {
    incoming: incoming === 0 ? undefined : FrameQueue.attach(incoming),
    outgoing: outgoing === 0 ? undefined : FrameQueue.attach(outgoing),
    peerIsGone: () => object.load(peerClosed) === 1,
    hold,
    release: () => {
      releaseHold(hold);
    },
    ship: (writer) => {
      const copy = HoldCell.take(object.at, side, 1);
      return { kind: 'PipeEnd', data: [object.at, side, writer.attach(copy.at)] };
    },
  };
}

registerShippable('PipeEnd', (data, reader) => {
  const [at, side, attachment] = data as [number, Side, number];
  const object = ObjectWords.attach(at, pipeKind);
  return new RingConnection(endOf(object, new HoldCell(reader.take(attachment)), side));
});

function queuesOf(object: ObjectWords): FrameQueue[] {
  return [Word.fromA, Word.fromB]
    .map((field) => object.load(field))
    .filter((at) => at !== 0)
    .map((at) => FrameQueue.attach(at));
}
