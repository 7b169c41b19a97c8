// What all proxies have in common: a reference, calls that go to the server, travelling as a handle.

import { type Handle, SHIP, type ShipmentWriter, type Shippable } from '../base/shippable.js';
import { ManagedReference } from './managed-reference.js';
import { clientOf } from './manager-client.js';

export abstract class ManagedProxy implements Shippable {
  readonly #reference: ManagedReference;

  /** @param reference Comes from a manager: proxies are made by `manager.dict()` and the like. */
  constructor(reference: ManagedReference) {
    if (!(reference instanceof ManagedReference)) {
      throw new TypeError(`${new.target.name} is made by a manager: await manager.dict() and the like`);
    }
    this.#reference = reference;
  }

  /** Calls a method of the object at the server. */
  protected call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return clientOf(this.#reference.manager).call(this.#reference, method, args);
  }

  [SHIP](writer: ShipmentWriter): Handle {
    return { kind: this.constructor.name, data: this.#reference.ship(writer) };
  }

  /** `<ManagedDict 3>`: the class, and what the server calls the object. */
  toString(): string {
    return `<${this.constructor.name} ${this.#reference.id}>`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Gives the reference back before the proxy is collected; it must not be used any more. */
  static release(proxy: ManagedProxy): void {
    proxy.#reference.release();
  }

  /** Whether `release` was called: the proxy stands for nothing. */
  static isReleased(proxy: ManagedProxy): boolean {
    return proxy.#reference.released;
  }
}
