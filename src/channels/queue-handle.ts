// A process's handle of a queue: what keeps the queue's memory.
//
//   queue object:  kind │ frames │ state │ life │ shared     each handle has a hold on it, one inside a message too
//
//   new Queue ──hold──► in a process ──put in a message──► a hold more, ON THE WAY ──revived──► the receiver's
//                            │                                                 (one it has already: the hold is freed)
//                            └─ collected, or its process has ended: the hold is freed; the last one frees the queue
//
// What waits in a get or put keeps its queue from being collected, so nobody is in the queue's lines when it is freed.

import { SerializationError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import { type Handle, registerShippable, type ShipmentWriter } from '../base/shippable.js';
import { arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { releaseHold } from '../sync/attachment.js';
import { HoldCell } from '../sync/hold.js';
import { beginLife, endLife, inheritEnd, seeLife } from '../sync/life.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import { attachOnce, type Existing, knownAt, type SharedObject } from '../sync/shared-object.js';
import { FrameQueue } from './frame-queue.js';

export const QueueWord = layout(['kind', 'frames', 'state', 'life', 'shared']);

export const queueKind = defineKind({
  code: 12,
  name: 'Queue',
  recoverHold(object, hold) {
    hold.markReleasing();
    seeLife(object, QueueWord.life);
  },
  releasedHold(object) {
    if (!endLife(object, QueueWord.life, object.load(QueueWord.shared) === 0)) return; // FAST PATH: never sent
    CHAOS: killPoint('queue.free.begun');
    free(object);
  },
  recover(object, dead) {
    if (inheritEnd(object, QueueWord.life, dead) && object.load(QueueWord.frames) !== 0) free(object);
  },
});

/** Killed in the first part it is done again; in the second, what is left stays until the session ends: some KiB. */
function free(object: ObjectWords): void {
  const frames = FrameQueue.attach(object.load(QueueWord.frames));
  frames.drain();
  CHAOS: killPoint('queue.free.drained');
  object.store(QueueWord.frames, 0);
  frames.destroy();
  object.store(QueueWord.kind, 0);
  arena().free(object.at);
}

const collected = new FinalizationRegistry<HoldCell>(releaseHold);

/** A queue that was just made begins to live, held by its object in this process. */
export function holdNewQueue(queue: SharedObject, object: ObjectWords): void {
  beginLife(object, QueueWord.life);
  collected.register(queue, HoldCell.take(object.at, 0, 1));
}

/** What travels instead of a queue; a hold travels with it. */
export function shipQueue(object: ObjectWords, writer: ShipmentWriter): Handle {
  object.store(QueueWord.shared, 1); // before there is a second hold
  return { kind: queueKind.name, data: [object.at, writer.attach(HoldCell.take(object.at, 0, 1).at)] };
}

/** Says how a queue is made of what has arrived. */
export function receiveQueues(make: (existing: Existing) => SharedObject): void {
  registerShippable(queueKind.name, (data, reader) => {
    const [at, attachment] = data as [unknown, number];
    const object = ObjectWords.attach(at, queueKind);
    const hold = new HoldCell(reader.take(attachment));
    if (hold.object !== object.at)
      throw new SerializationError('the handle of a queue came with a wrong hold');
    const before = knownAt(object.at);
    if (before) {
      releaseHold(hold);
      return before;
    }
    const queue = attachOnce(object, make);
    collected.register(queue, hold);
    return queue;
  });
}
