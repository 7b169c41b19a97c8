// Objects that are neither plain nor arrays: finds the kind of each and hands it to the part that writes it.

import { types } from 'node:util';
import { isShippable, SHIP, type Shippable } from '../base/shippable.js';
import { isIndex } from './array-facts.js';
import { builtinWriterFor, builtinWriterOf } from './encode-builtin.js';
import { encodeDomException, encodeError, isDomException } from './encode-error.js';
import { encodeInstance, isOrdinary } from './encode-instance.js';
import { describesRefused } from './encode-refused.js';
import type { EncodeScope } from './encode-scope.js';
import { classOfPrototype, encodeFieldsAndExtras, encodeWithExtras, symbolKeys } from './extras.js';
import { globalName } from './known-classes.js';
import { encodePackedError, PackedError } from './packed-error.js';
import { Poison } from './poison.js';
import { ARGUMENTS, GLOBAL, HANDLE, NULL_OBJECT, POISON, PRELUDE, PROTOTYPE, REGISTERED } from './tags.js';
import { type RegisteredType, registeredTypeOf } from './type-registry.js';

/** A plain object without keys, not extensible, or with properties that are no plain data. */
export function encodeOddObject(scope: EncodeScope, object: object, keys: readonly string[]): void {
  if (isShippable(object)) {
    encodeHandle(scope, object);
    return;
  }
  if (encodeGlobal(scope, object)) return;
  if (types.isArgumentsObject(object)) {
    scope.node(object);
    scope.out.u8(ARGUMENTS);
    scope.elements(Array.from(object as unknown as ArrayLike<unknown>));
    return;
  }
  if (keys.length === 0 && encodePrototype(scope, object)) return;
  const refused = keys.length === 0 ? describesRefused(object) : undefined;
  if (refused) scope.refuse(refused.what, refused.remedy);
  encodeFieldsAndExtras(scope, object, keys, (fields) => {
    scope.node(object);
    scope.fields(object, fields);
  });
}

/** An array with named properties, of a subclass, or not extensible. */
export function encodeOddArray(scope: EncodeScope, array: unknown[]): void {
  if (isShippable(array)) {
    encodeHandle(scope, array);
    return;
  }
  if (encodePrototype(scope, array)) return;
  const prototype = Object.getPrototypeOf(array) as object | null;
  const named = Object.keys(array).filter((key) => !isIndex(key));
  encodeWithExtras(
    scope,
    array,
    {
      keys: [...named, ...symbolKeys(array)],
      prototype: prototype === Array.prototype ? undefined : prototype,
    },
    () => {
      scope.node(array);
      scope.elements(array);
    },
  );
}

export function encodeSpecialObject(scope: EncodeScope, object: object, prototype: object | null): void {
  if (prototype === Poison.prototype) {
    scope.out.u8(POISON);
    scope.out.string((object as Poison).message);
    return;
  }
  if (prototype === null) {
    encodeNullObject(scope, object);
    return;
  }
  const builtin = builtinWriterOf(prototype);
  if (builtin && !types.isProxy(object)) {
    if (builtin.owns(object)) {
      const keys = builtin.keys(object);
      if (keys.length === 0 && Object.isExtensible(object)) {
        scope.node(object);
        builtin.write(scope, object);
        return;
      }
      encodeWithExtras(scope, object, { keys }, () => {
        scope.node(object);
        builtin.write(scope, object);
      });
      return;
    }
  }
  if (isOrdinary(object, prototype) && !registeredTypeOf(prototype)) encodeInstance(scope, object, prototype);
  else if (isShippable(object)) encodeHandle(scope, object);
  else if (object instanceof PackedError) encodePackedError(scope, object);
  else encodeByKind(scope, object, prototype);
}

function encodeByKind(scope: EncodeScope, object: object, prototype: object): void {
  const registered = registeredTypeOf(prototype);
  if (registered) {
    encodeRegistered(scope, object, registered);
    return;
  }
  if (encodeGlobal(scope, object) || encodePrototype(scope, object)) return;
  const refused = describesRefused(object);
  if (refused) scope.refuse(refused.what, refused.remedy);
  if (isDomException(object)) {
    encodeDomException(scope, object);
    return;
  }
  if (types.isNativeError(object)) {
    encodeError(scope, object);
    return;
  }
  const base = builtinWriterFor(object);
  if (base) {
    encodeWithExtras(scope, object, { keys: base.keys(object), prototype }, () => {
      scope.node(object);
      base.write(scope, object);
    });
    return;
  }
  encodeInstance(scope, object, prototype);
}

function encodeNullObject(scope: EncodeScope, object: object): void {
  if (encodeGlobal(scope, object) || encodePrototype(scope, object)) return;
  encodeFieldsAndExtras(scope, object, Object.keys(object), (fields) => {
    scope.node(object);
    scope.out.u8(NULL_OBJECT);
    scope.fields(object, fields);
  });
}

function encodeHandle(scope: EncodeScope, object: Shippable): void {
  const { handlesRefused } = scope.writer;
  if (handlesRefused !== undefined) scope.refuse(object.constructor.name, handlesRefused);
  const { kind, data } = object[SHIP](scope.writer);
  scope.usesLibrary();
  scope.out.u8(HANDLE);
  scope.out.string(kind);
  scope.whileOpen(scope.node(object), () => scope.value(data));
}

function encodeRegistered(scope: EncodeScope, object: object, type: RegisteredType): void {
  const data = type.reduce(object);
  scope.out.u8(REGISTERED);
  scope.out.string(type.name);
  scope.whileOpen(scope.node(object), () => {
    scope.value(data);
    // The receiver may not have called registerType: then this function serves it.
    if (!scope.functions || scope.attempt(() => scope.value(type.revive))) scope.value(undefined);
  });
}

function encodeGlobal(scope: EncodeScope, object: object): boolean {
  const name = globalName(object);
  if (name === undefined) return false;
  scope.node(object);
  scope.out.u8(GLOBAL);
  scope.out.string(name);
  return true;
}

/** The `prototype` object of a class goes as that of the class over there. */
function encodePrototype(scope: EncodeScope, object: object): boolean {
  const Class = classOfPrototype(object);
  if (!Class) return false;
  if (!scope.knows(Class)) {
    scope.out.u8(PRELUDE);
    scope.value(Class);
    if (scope.repeat(object)) return true;
  }
  scope.out.u8(PROTOTYPE);
  scope.value(Class);
  scope.node(object);
  return true;
}
