// Instances of classes: the class by its own rules, the own properties as data; no constructor runs over there.
//
//   INSTANCE  │ class  │ own properties       the class was written before, so that the instance can be made at once
//   OBJECT_OF │ object │ own properties       for Object.create(object)

import { EventEmitter } from 'node:events';
import { nodeStream } from '../base/late-builtins.js';
import type { EncodeScope } from './encode-scope.js';
import { classOfPrototype, encodeFieldsAndExtras } from './extras.js';
import type { AnyFunction, FunctionReader } from './function-recipe.js';
import { isOwnExportName } from './own-exports.js';
import { PlainSample } from './plain-sample.js';
import { INSTANCE, OBJECT_OF, PRELUDE } from './tags.js';

/** Prototypes whose instances were found to be of no special kind, with their class. */
const ordinary = new WeakMap<object, Kind>();

interface Kind {
  readonly Class: AnyFunction | null;
  readonly plain: PlainSample;
}

/** Whether an instance of this prototype was written here before: then its kind need not be looked for again. */
export function isOrdinary(object: object, prototype: object): boolean {
  return ordinary.has(prototype) && !Object.hasOwn(object, 'constructor');
}

export function encodeInstance(scope: EncodeScope, object: object, prototype: object): void {
  const { Class, plain } = kindOf(scope, object, prototype);
  const base = Class ?? prototype;
  if (!scope.knows(base)) {
    // The class first: what it closes over may hold this very instance.
    scope.out.u8(PRELUDE);
    scope.value(base);
    if (scope.repeat(object)) return;
  }
  const keys = Object.keys(object);
  if (plain.covers(object, keys)) writeInstance(scope, object, base, keys);
  else encodeFieldsAndExtras(scope, object, keys, (fields) => writeInstance(scope, object, base, fields));
}

/** @param base The class, or the object that is the prototype. */
function writeInstance(scope: EncodeScope, object: object, base: object, fields: readonly string[]): void {
  scope.out.u8(typeof base === 'function' ? INSTANCE : OBJECT_OF);
  scope.value(base);
  scope.node(object);
  scope.fields(object, fields);
}

function kindOf(scope: EncodeScope, object: object, prototype: object): Kind {
  const known = ordinary.get(prototype);
  if (known !== undefined) return known;
  const Class = classOfPrototype(prototype) ?? null;
  refuseNative(scope, object, prototype);
  refusePrivate(scope, object);
  // Without a function shipper nothing was learned of the class.
  const kind = { Class, plain: new PlainSample() };
  if (scope.functions) ordinary.set(prototype, kind);
  return kind;
}

/** Node's streams, sockets, timers and the like, and instances of classes derived from them. */
function refuseNative(scope: EncodeScope, object: object, prototype: object): void {
  if (object instanceof EventEmitter && object instanceof streamClass()) refuseAs(scope, object);
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null) {
    const Class = classOfPrototype(at);
    if (!Class || isObjectClass(Class, at) || Class === EventEmitter || Class === Error) continue;
    if (scope.functions && isBuiltinClass(scope.functions, Class)) refuseAs(scope, object);
  }
}

/** `Object`, also that of Node where a test runner gives the program globals of its own. */
function isObjectClass(Class: AnyFunction, prototype: object): boolean {
  return Class === Object || (Class.name === 'Object' && Object.getPrototypeOf(prototype) === null);
}

/** Private members are put on an object by its constructor alone, which is not run over there. */
function refusePrivate(scope: EncodeScope, object: object): void {
  const [member] = scope.functions?.privateMembers?.(object) ?? [];
  if (member === undefined) return;
  const { name } = object.constructor;
  scope.refuse(
    name || 'an object',
    `nobody outside can carry its private ${member}: make it a plain field, or call registerType(${name}, …)`,
  );
}

function streamClass(): abstract new () => object {
  return Object.getPrototypeOf(nodeStream().Readable) as abstract new () => object;
}

const builtinClasses = new WeakMap<AnyFunction, boolean>();

/** Classes that go by name and are not ours keep their state where nobody can read it. */
function isBuiltinClass(reader: FunctionReader, Class: AnyFunction): boolean {
  let builtin = builtinClasses.get(Class);
  if (builtin === undefined) {
    builtin = describesAsBuiltin(reader, Class);
    builtinClasses.set(Class, builtin);
  }
  return builtin;
}

function describesAsBuiltin(reader: FunctionReader, Class: AnyFunction): boolean {
  try {
    const recipe = reader.describe(Class, Class.name);
    return recipe.how === 'name' && !isOwnExportName(recipe.name);
  } catch {
    return false; // The class itself is written next, and says at the right place why it can't travel.
  }
}

function refuseAs(scope: EncodeScope, object: object): never {
  const { name } = object.constructor;
  scope.refuse(
    `${name || 'a native object'}`,
    'it holds resources of this process: open it over there, or call registerType',
  );
}
