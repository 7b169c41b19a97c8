// What all shared objects have in common: words in shared memory, an address, and travelling as a handle.

import {
  type Handle,
  registerShippable,
  SHIP,
  type ShipmentWriter,
  type Shippable,
} from '../base/shippable.js';
import type { Address } from '../memory/arena.js';
import type { ObjectKind } from './object-kind.js';
import { ObjectWords } from './object-words.js';

/** Given to a constructor instead of the user's arguments: attach to what is there. Not exported to users. */
export class Existing {
  readonly object: ObjectWords;

  constructor(object: ObjectWords) {
    this.object = object;
  }
}

// An object that has travelled comes back as the same object: `===` holds in every process that knows it.
const known = new Map<Address, WeakRef<SharedObject>>();
const forget = new FinalizationRegistry<Address>((at) => {
  if (known.get(at)?.deref() === undefined) known.delete(at);
});

export abstract class SharedObject implements Shippable {
  readonly #object: ObjectWords;
  readonly #kind: ObjectKind;

  protected constructor(kind: ObjectKind, existing: unknown) {
    this.#kind = kind;
    this.#object = existing instanceof Existing ? existing.object : ObjectWords.create(kind);
  }

  [SHIP](_writer?: ShipmentWriter): Handle {
    remember(this.#object.at, this);
    return { kind: this.#kind.name, data: this.#object.at };
  }

  /** The words in shared memory; for the classes of this library. */
  protected get object(): ObjectWords {
    return this.#object;
  }
}

function remember(at: Address, object: SharedObject): void {
  if (known.get(at)?.deref() === object) return;
  known.set(at, new WeakRef(object));
  forget.register(object, at);
}

/** Says how a handle of this kind becomes an object of the class again. */
export function shipAs<T extends SharedObject>(kind: ObjectKind, make: (existing: Existing) => T): void {
  registerShippable(kind.name, (data) => {
    const object = ObjectWords.attach(data, kind);
    return knownAt(object.at) ?? attachOnce(object, make);
  });
}

/** The object that this process has at an address already. */
export function knownAt(at: Address): SharedObject | undefined {
  return known.get(at)?.deref();
}

/** Makes the object that from now on stands for these words in this process. */
export function attachOnce<T extends SharedObject>(object: ObjectWords, make: (existing: Existing) => T): T {
  const attached = make(new Existing(object));
  remember(object.at, attached);
  return attached;
}
