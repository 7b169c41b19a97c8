// Reads what an object has beyond its kind: the layout is at the top of extras.ts.

import { type DecodeScope, PoisonedPlace } from './decode-scope.js';
import {
  ACCESSOR,
  CONFIGURABLE,
  ENUMERABLE,
  HAS_CLASS,
  HAS_PROPERTIES,
  HAS_PROTOTYPE,
  INTEGRITY,
  WRITABLE,
} from './extras.js';
import { definePoison } from './poison.js';
import {
  EXTRAS,
  FUNCTION_CAPTURED,
  FUNCTION_NAMED,
  FUNCTION_REFERENCED,
  GLOBAL,
  HANDLE,
  PRELUDE,
  PROTOTYPE,
  RECIPE,
  REFERENCE,
  REGISTERED,
} from './tags.js';

const SHARED = new Set([
  EXTRAS,
  PRELUDE,
  REFERENCE,
  HANDLE,
  REGISTERED,
  GLOBAL,
  PROTOTYPE,
  FUNCTION_NAMED,
  FUNCTION_REFERENCED,
  FUNCTION_CAPTURED,
  RECIPE,
]);

export function prototypeOf(scope: DecodeScope, Class: object): object {
  const prototype: unknown =
    typeof Class === 'function' ? (Class as { prototype?: unknown }).prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) scope.input.corrupt('a class is missing');
  return prototype;
}

export function readWithExtras(scope: DecodeScope): object {
  const flags = scope.input.u8();
  // Never around what this process shares with others: a global, a class, something already decoded.
  if (SHARED.has(scope.input.bytes[scope.input.at])) scope.input.corrupt('extras around something shared');
  const object = scope.object();
  if ((flags & HAS_CLASS) !== 0) setPrototype(scope, object, prototypeOf(scope, scope.object()));
  if ((flags & HAS_PROTOTYPE) !== 0) setPrototype(scope, object, scope.value() as object | null);
  if ((flags & HAS_PROPERTIES) !== 0) readProperties(scope, object);
  switch (flags & INTEGRITY) {
    case 1:
      return Object.preventExtensions(object);
    case 2:
      return Object.seal(object);
    case 3:
      return ArrayBuffer.isView(object) ? scope.input.corrupt('a view is frozen') : Object.freeze(object);
    default:
      return object;
  }
}

function setPrototype(scope: DecodeScope, object: object, prototype: object | null): void {
  const valid = prototype === null || typeof prototype === 'object';
  if (!valid || typeof object === 'function' || !Reflect.setPrototypeOf(object, prototype)) {
    scope.input.corrupt('a prototype does not fit');
  }
}

export function readProperties(scope: DecodeScope, target: object): void {
  const { input } = scope;
  for (let left = input.count(3); left > 0; left--) {
    const key = scope.value();
    if (typeof key !== 'string' && typeof key !== 'symbol') scope.input.corrupt('a key is missing');
    const attributes = input.u8();
    if ((attributes & ACCESSOR) !== 0) {
      readAccessor(scope, target, key, attributes);
      continue;
    }
    const value = scope.property();
    if (value instanceof PoisonedPlace) {
      definePoison(target, key, value.message);
      continue;
    }
    const defined = Reflect.defineProperty(target, key, {
      value,
      writable: (attributes & WRITABLE) !== 0,
      enumerable: (attributes & ENUMERABLE) !== 0,
      configurable: (attributes & CONFIGURABLE) !== 0,
    });
    if (!defined) input.corrupt('a property does not fit');
  }
}

/** A property whose getter or setter could not travel is poison as a whole. */
function readAccessor(scope: DecodeScope, target: object, key: string | symbol, attributes: number): void {
  const [get, set] = [scope.property(), scope.property()];
  const poison = [get, set].find((part) => part instanceof PoisonedPlace);
  if (poison instanceof PoisonedPlace) {
    definePoison(target, key, poison.message);
    return;
  }
  if (!isAccessorPart(get) || !isAccessorPart(set)) scope.input.corrupt('a getter or setter is missing');
  const defined = Reflect.defineProperty(target, key, {
    get,
    set,
    enumerable: (attributes & ENUMERABLE) !== 0,
    configurable: (attributes & CONFIGURABLE) !== 0,
  } as PropertyDescriptor);
  if (!defined) scope.input.corrupt('a property does not fit');
}

function isAccessorPart(part: unknown): boolean {
  return part === undefined || typeof part === 'function';
}
