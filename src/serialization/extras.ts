// What an object may have beyond its kind: a subclass, own properties, symbol keys, being frozen.
//
//   EXTRAS │ flags │ the object │ class or prototype, if flagged │ properties, if flagged
//   flags    bits 0-1: 1 not extensible, 2 sealed, 3 frozen   bit 2: properties   bit 3: class   bit 4: prototype
//   properties   varint count │ (key, attributes, value)…      attributes: 1 writable, 2 enumerable, 4 configurable
//                                                              8 computed: getter and setter instead of the value

import { accessorOf, plainKeys } from './accessors.js';
import type { EncodeScope } from './encode-scope.js';
import { isEmitterMark } from './encode-symbol.js';
import type { AnyFunction } from './function-recipe.js';
import { EXTRAS } from './tags.js';

export const INTEGRITY = 3;
export const HAS_PROPERTIES = 4;
export const HAS_CLASS = 8;
export const HAS_PROTOTYPE = 16;

export const WRITABLE = 1;
export const ENUMERABLE = 2;
export const CONFIGURABLE = 4;
export const ACCESSOR = 8;

export type Keys = readonly (string | symbol)[];

/** Writes the object by `write`, and around it whatever extras it has. */
export function encodeWithExtras(
  scope: EncodeScope,
  object: object,
  extras: { keys: Keys; prototype?: object | null | undefined },
  write: () => void,
): void {
  const { keys, prototype } = extras;
  const Class = prototype ? classOfPrototype(prototype) : undefined;
  let flags = integrityOf(object);
  if (keys.length > 0) flags |= HAS_PROPERTIES;
  if (Class) flags |= HAS_CLASS;
  else if (prototype !== undefined) flags |= HAS_PROTOTYPE;
  if (flags === 0) {
    write();
    return;
  }
  scope.out.u8(EXTRAS);
  scope.out.u8(flags);
  write();
  if (Class) scope.value(Class);
  else if (prototype !== undefined) scope.member('__proto__', prototype);
  if (keys.length > 0) encodeProperties(scope, object, keys);
}

export function encodeProperties(scope: EncodeScope, object: object, keys: Keys): void {
  scope.out.varint(keys.length);
  for (const key of keys) encodeProperty(scope, object, key);
}

function encodeProperty(scope: EncodeScope, object: object, key: string | symbol): void {
  const found = Object.getOwnPropertyDescriptor(object, key);
  const accessor = accessorOf(found);
  scope.value(key);
  scope.out.u8(
    (accessor ? ACCESSOR : 0) |
      (found?.writable || found?.set ? WRITABLE : 0) |
      (found?.enumerable ? ENUMERABLE : 0) |
      (found?.configurable ? CONFIGURABLE : 0),
  );
  if (accessor) {
    scope.member(key, accessor.get);
    scope.member(key, accessor.set);
  } else scope.member(key, (object as Record<string | symbol, unknown>)[key]);
}

/** The class whose `prototype` this is. */
export function classOfPrototype(prototype: object): AnyFunction | undefined {
  const Class: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof Class === 'function' && Class.prototype === prototype ? Class : undefined;
}

/** Enumerable own symbol keys, without those by which Node marks its emitters. */
export function symbolKeys(object: object): symbol[] {
  const symbols = Object.getOwnPropertySymbols(object);
  if (symbols.length === 0) return symbols;
  return symbols.filter(
    (key) => Object.prototype.propertyIsEnumerable.call(object, key) && !isEmitterMark(key),
  );
}

/** Writes own properties: the first ones as data in the short form, `rest` one by one. */
export function encodeFieldsAndExtras(
  scope: EncodeScope,
  object: object,
  keys: readonly string[],
  write: (fields: readonly string[]) => void,
): void {
  const plain = plainKeys(object, keys, integrityOf(object));
  const fields = plain === keys.length ? keys : keys.slice(0, plain);
  encodeWithExtras(scope, object, { keys: [...keys.slice(plain), ...otherKeys(object, keys)] }, () =>
    write(fields),
  );
}

/** Own string and symbol keys besides `keys`, enumerable or not. */
export function otherKeys(object: object, keys: readonly string[]): Keys {
  const names = Object.getOwnPropertyNames(object);
  const symbols = Object.getOwnPropertySymbols(object);
  if (names.length === keys.length && symbols.length === 0) return none;
  const known = new Set<string | symbol>(keys);
  return [...names, ...symbols].filter((key) => !known.has(key) && !isEmitterMark(key));
}

const none: Keys = [];

function integrityOf(object: object): number {
  if (Object.isExtensible(object)) return 0;
  if (Object.isFrozen(object)) return 3;
  return Object.isSealed(object) ? 2 : 1;
}
