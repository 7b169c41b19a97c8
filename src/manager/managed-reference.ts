// A reference to a managed object: what a proxy has. It is counted by hold cells in shared memory, as ends of pipes are.
//
//   object cell:  kind │ manager (address of its cell) │ id at the server
//        ▲  ▲  ▲
//   hold │  │  └─ hold      one hold for each process with a proxy, and for each proxy in a message on its way;
//        └──┴─ hold         a proxy that is an entry of another managed object is held by the server itself
//
// A hold goes when its proxy is collected, its process has ended or its message is thrown away; then the server is told to
// look, and lets go of the objects that nobody holds. No message counts anything, so a kill at any instant miscounts nothing.

import { killPoint } from '../base/kill-point.js';
import type { ShipmentReader, ShipmentWriter } from '../base/shippable.js';
import { type Address, arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { holdSlab } from '../memory/slab-class.js';
import { releaseHold } from '../sync/attachment.js';
import { HoldCell } from '../sync/hold.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import { ManagerCell } from './manager-cell.js';

const Word = layout(['kind', 'manager', 'id']);

const objectKind = defineKind({
  code: 41,
  name: 'ManagedObject',
  recoverHold(object, hold) {
    ManagerCell.at(object.load(Word.manager)).whileReleasing(() => {
      CHAOS: killPoint('manager.release.begun');
      hold.markReleasing();
      CHAOS: killPoint('manager.release.marked');
    });
  },
  releasedHold(object) {
    // Only now is the cell of the object mentioned nowhere: the server looks once more. It may have been quicker, and the
    // cell be another object's by now.
    if (object.kindCode === objectKind.code) ManagerCell.find(object.load(Word.manager))?.noteReleased();
  },
});

const forgotten = new FinalizationRegistry<HoldCell>((hold) => releaseHold(hold));

export class ManagedReference {
  readonly manager: ManagerCell;
  /** What the server calls the object. */
  readonly id: number;
  readonly address: Address;
  readonly #hold: HoldCell;
  #released = false;

  private constructor(object: ObjectWords, hold: HoldCell) {
    this.manager = ManagerCell.at(object.load(Word.manager));
    this.id = object.load(Word.id);
    this.address = object.at;
    this.#hold = hold;
    forgotten.register(this, hold, this);
  }

  /** The first reference to a new object. @throws {SystemCallError} With code ENOSPC if shared memory is full. */
  static create(manager: ManagerCell, id: number): ManagedReference {
    const object = ObjectWords.create(objectKind);
    object.store(Word.manager, manager.address);
    object.store(Word.id, id);
    return new ManagedReference(object, HoldCell.take(object.at, 0, 1));
  }

  /** A reference that has come with a message. @throws {SerializationError} If it refers to nothing. */
  static receive(data: unknown, reader: ShipmentReader): ManagedReference {
    const [at, attachment] = data as [Address, number];
    return new ManagedReference(ObjectWords.attach(at, objectKind), new HoldCell(reader.take(attachment)));
  }

  /** Makes a reference for the receiver of a message. */
  ship(writer: ShipmentWriter): unknown {
    return [this.address, writer.attach(HoldCell.take(this.address, 0, 1).at)];
  }

  /** Gives the reference back; it must not be used any more. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    forgotten.unregister(this);
    releaseHold(this.#hold);
  }

  /** Whether it was given back: its address may be another object's by now. */
  get released(): boolean {
    return this.#released;
  }
}

export interface HeldObjects {
  /** Addresses of objects that somebody holds. */
  readonly held: ReadonlySet<Address>;
  /** Addresses that stand in some hold cell, those being released included: such a cell may not be used again yet. */
  readonly mentioned: ReadonlySet<Address>;
  /** What `manager.released` was. */
  readonly released: number;
}

/** Who is held now; undefined if a reference was released while this looked. */
export function heldObjects(manager: ManagerCell): HeldObjects | undefined {
  const { released } = manager;
  const held = new Set<Address>();
  const mentioned = new Set<Address>();
  for (const { at } of arena().itemsOf(holdSlab)) {
    const hold = new HoldCell(at);
    mentioned.add(hold.object);
    if (!hold.releasing) held.add(hold.object);
  }
  // A hold may have been copied to where this had looked already, and gone before it was looked at.
  return manager.released === released ? { held, mentioned, released } : undefined;
}

/** Gives the cell of an object back that nobody holds. */
export function freeObject(at: Address): void {
  new ObjectWords(at).store(Word.kind, 0);
  arena().free(at);
}
