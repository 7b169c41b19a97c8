// How instances of classes travel that the rules for classes don't fit: native state, private fields, resources.

import { NotShippableError } from '../base/errors.js';

export interface TypeRegistration<T> {
  /** What travels instead of the value: anything that can. */
  reduce(value: T): unknown;
  /** Makes the value again from what `reduce` gave. */
  revive(data: unknown): T;
  /** The name both processes know the type by; the class's name if absent. */
  name?: string;
}

export interface RegisteredType {
  readonly name: string;
  readonly reduce: (value: object) => unknown;
  readonly revive: (data: unknown) => object;
}

const byPrototype = new Map<object, RegisteredType>();
const byName = new Map<string, RegisteredType>();

/**
 * Says how instances of a class travel. Call it in a module that both processes import; where only the sender has, its
 * `revive` function travels along.
 * @throws {TypeError} If the class has no name and none is given.
 */
export function registerType<T>(Class: abstract new (...args: never[]) => T, how: TypeRegistration<T>): void {
  if (typeof Class !== 'function') throw new TypeError(`registerType needs a class, got ${typeof Class}`);
  if (typeof how?.reduce !== 'function' || typeof how.revive !== 'function') {
    throw new TypeError('registerType needs { reduce, revive }, both functions');
  }
  const name = how.name ?? Class.name;
  if (!name) throw new TypeError('registerType of a class without a name needs { name }');
  const type = {
    name,
    reduce: (value: object) => how.reduce(value as T),
    revive: how.revive as (data: unknown) => object,
  };
  byPrototype.set(Class.prototype as object, type);
  byName.set(name, type);
}

export function registeredTypeOf(prototype: object): RegisteredType | undefined {
  return byPrototype.size === 0 ? undefined : byPrototype.get(prototype);
}

/** @throws {NotShippableError} If this process does not know the name. */
export function registeredTypeNamed(name: string): RegisteredType {
  const type = byName.get(name);
  if (type) return type;
  throw new NotShippableError(
    `type ${name} is not registered in this process (call registerType in a module that it imports)`,
  );
}

export function isRegisteredName(name: string): boolean {
  return byName.has(name);
}
