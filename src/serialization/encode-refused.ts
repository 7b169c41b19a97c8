// Objects of the language that can't travel, and what to do instead.

import { types } from 'node:util';

export interface Refusal {
  readonly what: string;
  readonly remedy: string;
}

const iteratorPrototype: object = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
const asyncIteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())),
);

/** Why an object can't travel, if it is of a kind that never can. */
export function describesRefused(object: object): Refusal | undefined {
  if (types.isPromise(object)) return { what: 'Promise', remedy: 'await it first' };
  if (types.isWeakMap(object)) return { what: 'WeakMap', remedy: 'its entries can not be listed; use a Map' };
  if (types.isWeakSet(object)) return { what: 'WeakSet', remedy: 'its members can not be listed; use a Set' };
  if (types.isGeneratorObject(object)) {
    return { what: 'a running generator', remedy: 'pass its function, or an array of what it yields' };
  }
  if (types.isSharedArrayBuffer(object)) {
    return { what: 'SharedArrayBuffer', remedy: 'threads share it, processes do not; use a SharedArray' };
  }
  if (types.isExternal(object)) return { what: 'a native object', remedy: 'open it again over there' };
  if (object instanceof WeakRef) return { what: 'WeakRef', remedy: 'pass the object itself' };
  if (object instanceof FinalizationRegistry) {
    return { what: 'FinalizationRegistry', remedy: 'make one over there' };
  }
  if (inherits(object, iteratorPrototype) && isNativeIterator(object)) {
    return { what: 'an iterator', remedy: 'pass an array of what it yields' };
  }
  if (inherits(object, asyncIteratorPrototype) && isNativeIterator(object)) {
    return { what: 'an async iterator', remedy: 'collect what it yields first' };
  }
  return undefined;
}

/** Array, Map, Set, string and RegExp iterators and iterator helpers have state that nobody can read. */
function isNativeIterator(object: object): boolean {
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at) as object | null) {
    const next: unknown = Object.getOwnPropertyDescriptor(at, 'next')?.value;
    if (typeof next === 'function') return Function.prototype.toString.call(next).includes('[native code]');
  }
  return false;
}

function inherits(object: object, prototype: object): boolean {
  return Object.prototype.isPrototypeOf.call(prototype, object);
}
