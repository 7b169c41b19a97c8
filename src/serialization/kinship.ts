// Copies of one class in one process: sent again with variables of its own, a class is built again, and `instanceof` knows its kin.
//
//   message 1   Point' ◄── instance      instance instanceof Point'   by its prototypes
//   message 2   Point"                   instance instanceof Point"   Point' and Point" have one origin
//
// A method of an instance goes on with the variables that came with it: two snapshots are never mixed.

import { functionOfOrigin, originOf } from './function-identity.js';
import type { AnyFunction } from './function-recipe.js';

const ordinary = Function.prototype[Symbol.hasInstance];

/** Before a class of this origin is built: if there is one already, both will take each other's instances for their own. */
export function joinKin(built: AnyFunction, origin: string): void {
  const before = functionOfOrigin(origin);
  if (before === undefined || before === built) return;
  for (const copy of [before, built]) {
    // A class that says itself who its instances are is left alone.
    if (copy[Symbol.hasInstance] !== ordinary || !Object.isExtensible(copy)) continue;
    Object.defineProperty(copy, Symbol.hasInstance, { value: hasInstance, configurable: true });
  }
}

/** Whether this property is what `joinKin` has put there: it is not sent on. */
export function isKinCheck(fn: AnyFunction, key: PropertyKey): boolean {
  return key === Symbol.hasInstance && Object.getOwnPropertyDescriptor(fn, key)?.value === hasInstance;
}

/** As `Symbol.hasInstance` of a class; a subclass inherits it. */
function hasInstance(this: AnyFunction, value: unknown): boolean {
  if (ordinary.call(this, value)) return true;
  const origin = originOf(this);
  if (origin === undefined || typeof value !== 'object' || value === null) return false;
  for (let above = parentOf(value); above; above = parentOf(above)) {
    const Class: unknown = Object.getOwnPropertyDescriptor(above, 'constructor')?.value;
    if (typeof Class === 'function' && originOf(Class as AnyFunction) === origin) return true;
  }
  return false;
}

const parentOf = (object: object): object | null => Object.getPrototypeOf(object) as object | null;
