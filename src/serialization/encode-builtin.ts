// The language's own containers: Map, Set, Date, RegExp, boxed primitives, URL, buffers and their views.

import { types } from 'node:util';
import type { EncodeScope } from './encode-scope.js';
import { type Keys, symbolKeys } from './extras.js';
import {
  BOXED,
  BUFFER,
  DATE,
  MAP,
  MAP_COLUMNS,
  REGEXP,
  SET,
  SET_COLUMN,
  URL_OBJECT,
  URL_PARAMS,
  VIEW,
} from './tags.js';
import { mapKey, mapValue, setMember } from './value-path.js';
import { kindOfView, VIEW_CLASSES } from './view-kinds.js';

export interface BuiltinWriter {
  /** Whether the object has the inner state of the kind; a prototype alone proves nothing. */
  owns(object: object): boolean;
  /** Own keys that are no part of the kind. */
  keys(object: object): Keys;
  /** Writes the object; its node was numbered. */
  write(scope: EncodeScope, object: object): void;
}

function kind<T extends object>(
  owns: (object: unknown) => object is T,
  write: (scope: EncodeScope, object: T) => void,
  keys: (object: object) => Keys = ownKeys,
): BuiltinWriter {
  return { owns, keys, write: write as BuiltinWriter['write'] };
}

const none: Keys = [];

function noKeys(): Keys {
  return none;
}

function ownKeys(object: object): Keys {
  const keys = Object.keys(object);
  const symbols = symbolKeys(object);
  return keys.length + symbols.length === 0 ? none : [...keys, ...symbols];
}

/** Of a boxed string, the characters are no properties of its own. */
function boxedKeys(object: object): Keys {
  const keys = ownKeys(object);
  return types.isStringObject(object) ? keys.slice(String(object).length) : keys;
}

const isUrl = (object: unknown): object is URL => object instanceof URL;
const isUrlParams = (object: unknown): object is URLSearchParams => object instanceof URLSearchParams;
const isView = (object: unknown): object is ArrayBufferView<ArrayBuffer> => ArrayBuffer.isView(object);
// biome-ignore lint/complexity/noBannedTypes: boxed primitives of any kind
const isBoxed = (object: unknown): object is Object => types.isBoxedPrimitive(object);

const map = kind(types.isMap, encodeMap);
const set = kind(types.isSet, encodeSet);
const date = kind(types.isDate, encodeDate);
const regExp = kind(types.isRegExp, encodeRegExp);
const boxed = kind(isBoxed, encodeBoxed, boxedKeys);
const url = kind(isUrl, encodeUrl, noKeys);
const urlParams = kind(isUrlParams, encodeUrlParams, noKeys);
const buffer = kind(types.isArrayBuffer, encodeBuffer, noKeys);
const view = kind(isView, encodeView, noKeys);

const byPrototype = new Map<object, BuiltinWriter>([
  [Map.prototype, map],
  [Set.prototype, set],
  [Date.prototype, date],
  [RegExp.prototype, regExp],
  [URL.prototype, url],
  [URLSearchParams.prototype, urlParams],
  [ArrayBuffer.prototype, buffer],
  ...VIEW_CLASSES.map((Class) => [Class.prototype, view] as const),
  ...[Number, String, Boolean, BigInt, Symbol].map((Class) => [Class.prototype, boxed] as const),
]);

/** By exact class. */
export function builtinWriterOf(prototype: object): BuiltinWriter | undefined {
  return byPrototype.get(prototype);
}

/** By inner state, for instances of subclasses. */
export function builtinWriterFor(object: object): BuiltinWriter | undefined {
  return types.isProxy(object)
    ? undefined
    : [map, set, date, regExp, view, buffer, boxed].find((k) => k.owns(object));
}

/** From this size on, columns are worth it. */
const COLUMNS_WORTH = 8;

/** The real ones, whatever a subclass says. */
const { keys: keysOfMap, values: valuesOfMap } = Map.prototype;
const { values: valuesOfSet } = Set.prototype;
const sizeOfMap = Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!;
const sizeOfSet = Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!;

function encodeMap(scope: EncodeScope, object: Map<unknown, unknown>): void {
  const size = sizeOfMap.call(object) as number;
  if (size >= COLUMNS_WORTH) {
    encodeMapColumns(scope, object);
    return;
  }
  scope.out.u8(MAP);
  scope.out.varint(size);
  let index = 0;
  Map.prototype.forEach.call(object, (value, key) => {
    if (isLeaf(key)) scope.value(key);
    else scope.member(mapKey(index), key);
    if (isLeaf(value)) scope.value(value);
    else scope.member(mapValue(key), value);
    index++;
  });
}

function encodeMapColumns(scope: EncodeScope, object: Map<unknown, unknown>): void {
  const keys = [...keysOfMap.call(object)];
  const values = [...valuesOfMap.call(object)];
  scope.out.u8(MAP_COLUMNS);
  scope.elements(keys, { at: mapKey });
  scope.elements(values, { at: (index) => mapValue(keys[index]) });
}

function encodeSet(scope: EncodeScope, object: Set<unknown>): void {
  const size = sizeOfSet.call(object) as number;
  if (size >= COLUMNS_WORTH) {
    scope.out.u8(SET_COLUMN);
    scope.elements([...valuesOfSet.call(object)], { at: setMember });
    return;
  }
  scope.out.u8(SET);
  scope.out.varint(size);
  let index = 0;
  Set.prototype.forEach.call(object, (value) => {
    if (isLeaf(value)) scope.value(value);
    else scope.member(setMember(index), value);
    index++;
  });
}

/** A value that is written without looking further. */
function isLeaf(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function encodeDate(scope: EncodeScope, object: Date): void {
  scope.out.u8(DATE);
  scope.out.float64(Date.prototype.getTime.call(object));
}

function encodeRegExp(scope: EncodeScope, object: RegExp): void {
  scope.out.u8(REGEXP);
  scope.out.string(object.source);
  scope.out.string(object.flags);
  scope.value(object.lastIndex);
}

function encodeBoxed(scope: EncodeScope, object: object): void {
  scope.out.u8(BOXED);
  scope.value(object.valueOf());
}

function encodeUrl(scope: EncodeScope, object: URL): void {
  scope.out.u8(URL_OBJECT);
  scope.out.string(object.href);
}

function encodeUrlParams(scope: EncodeScope, object: URLSearchParams): void {
  scope.out.u8(URL_PARAMS);
  scope.out.string(object.toString());
}

function encodeBuffer(scope: EncodeScope, object: ArrayBuffer): void {
  refuseDetached(scope, object);
  scope.out.u8(BUFFER);
  scope.out.varint(scope.buffers.whole(object));
}

function encodeView(scope: EncodeScope, object: ArrayBufferView<ArrayBuffer>): void {
  if (types.isSharedArrayBuffer(object.buffer)) {
    scope.refuse('a view of a SharedArrayBuffer', 'threads share it, processes do not; use a SharedArray');
  }
  refuseDetached(scope, object.buffer);
  const { out } = scope;
  out.u8(VIEW);
  out.u8(kindOfView(object));
  out.varint(scope.buffers.under(object));
  out.varint(object.byteOffset);
  out.varint(object.byteLength);
}

function refuseDetached(scope: EncodeScope, object: ArrayBuffer): void {
  if (object.byteLength > 0) return;
  try {
    new Uint8Array(object);
  } catch {
    scope.refuse('a detached ArrayBuffer', 'it was transferred elsewhere');
  }
}
