// The types of objects that a manager serves: how one is made at the server, what may be called, what stands for it elsewhere.

import { registerShippable } from '../base/shippable.js';
import type { Address } from '../memory/arena.js';
import { ManagedProxy } from './managed-proxy.js';
import { ManagedReference } from './managed-reference.js';

export interface ManagedType {
  /** Name of the proxy's class, and of its handles. */
  readonly name: string;
  /** Makes the object, at the server. */
  make(...args: readonly unknown[]): object;
  /** What proxies may call. */
  readonly methods: readonly string[];
  /** Makes a proxy. */
  proxy(reference: ManagedReference): ManagedProxy;
}

const types = new Map<string, ManagedType>();

// An object that has travelled comes back as the same proxy: `===` holds in every process that has it.
const known = new Map<Address, WeakRef<ManagedProxy>>();
const forget = new FinalizationRegistry<Address>((at) => {
  if (known.get(at)?.deref() === undefined) known.delete(at);
});

/** Makes a type known; called once by the file of the type. */
export function defineType(type: ManagedType): ManagedType {
  types.set(type.name, type);
  registerShippable(type.name, (data, reader) => {
    const reference = ManagedReference.receive(data, reader);
    const before = known.get(reference.address)?.deref();
    if (before && !ManagedProxy.isReleased(before)) {
      reference.release();
      return before;
    }
    const proxy = type.proxy(reference);
    known.set(reference.address, new WeakRef(proxy));
    forget.register(proxy, reference.address);
    return proxy;
  });
  return type;
}

export function typeNamed(name: string): ManagedType | undefined {
  return types.get(name);
}
