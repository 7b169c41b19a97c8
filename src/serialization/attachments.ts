// What hangs on a function or class beyond its text: statics, own properties, methods added later, a changed prototype.

import type { Attachment } from './captured-code.js';
import { privateStatics } from './class-capture.js';
import { type KeyNow, methodText, removedMethods } from './class-members.js';
import type { AnyFunction } from './function-recipe.js';
import { isKinCheck } from './kinship.js';
import type { UnitText } from './script-text.js';
import { childOf, listOf, type Syntax } from './syntax-tree.js';

/** An attachment that has not been given its place among the captured values yet. */
export type Attachable = Omit<Attachment, 'index' | 'symbol'> & {
  readonly symbol?: symbol;
  readonly value: unknown;
};

export interface Attached {
  readonly list: readonly Attachable[];
  /** What the class really extends. */
  readonly superclass?: { readonly value: unknown };
  /** Private static fields as they are now. */
  readonly privates: readonly { readonly name: string; readonly value: unknown }[];
}

type Item = Attached['list'][number];

/** Whether nothing on a function has changed since. */
export function sameAttached(before: Attached, now: Attached): boolean {
  return (
    before.superclass?.value === now.superclass?.value &&
    before.list.length === now.list.length &&
    before.privates.length === now.privates.length &&
    before.list.every((item, index) => sameItem(item, now.list[index])) &&
    before.privates.every(({ name, value }, index) => {
      const other = now.privates[index];
      return name === other.name && Object.is(value, other.value);
    })
  );
}

function sameItem(a: Item, b: Item): boolean {
  return (
    a.where === b.where &&
    a.key === b.key &&
    a.symbol === b.symbol &&
    a.part === b.part &&
    a.flags === b.flags &&
    Object.is(a.value, b.value)
  );
}

const OWN_OF_FUNCTIONS = new Set<PropertyKey>(['length', 'name', 'prototype', 'arguments', 'caller']);
const functionPrototypes = new Set([
  Function.prototype,
  Object.getPrototypeOf(async () => undefined) as object,
  Object.getPrototypeOf(function* () {}) as object,
  Object.getPrototypeOf(async function* () {}) as object,
]);

export function attachmentsOf(
  fn: AnyFunction,
  { unit, text }: UnitText,
  hidden: ReadonlyMap<string, unknown>,
  keys: readonly KeyNow[] = [],
): Attached {
  const isClass = unit.shape === 'class';
  const members = isClass ? listOf(childOf(unit.node, 'body')!, 'body') : [];
  const list: Item[] = [];
  const privates = isClass
    ? privateStatics(unit.node).map((name) => ({ name, value: hidden.get(`#${name}`) }))
    : [];
  const own = (key: PropertyKey): boolean =>
    isClass ? key === 'length' || key === 'prototype' : OWN_OF_FUNCTIONS.has(key);
  const written = new Set(members.filter(isMethod).map((member) => methodText(text, member)));
  const isWritten = (value: unknown): boolean =>
    typeof value === 'function' && written.has(Function.prototype.toString.call(value));
  for (const key of Reflect.ownKeys(fn)) {
    if (own(key) || (key === 'name' && isPlainName(fn, unit.node)) || isKinCheck(fn, key)) continue;
    list.push(...itemsOf('own', fn, key, isWritten));
  }
  if (isClass) list.push(...goneOf(fn, unit.node, keys));
  const parent = Object.getPrototypeOf(fn) as object | null;
  const { prototype } = fn as { prototype?: object };
  if (typeof prototype === 'object' && prototype !== null && isConstructor(unit.node, isClass)) {
    for (const key of Reflect.ownKeys(prototype)) {
      const isOwnConstructor =
        key === 'constructor' && Object.getOwnPropertyDescriptor(prototype, key)?.value === fn;
      if (!isOwnConstructor) list.push(...itemsOf('prototype', prototype, key, isWritten));
    }
    const above = Object.getPrototypeOf(prototype) as object | null;
    const expected = isClass ? expectedAbove(unit.node, parent) : Object.prototype;
    if (above !== expected) list.push(link('parent of prototype', asConstructor(above)));
  }
  if (isClass && childOf(unit.node, 'superClass') && parent !== Function.prototype) {
    return { list, privates, superclass: { value: parent } };
  }
  if (!functionPrototypes.has(parent as object)) list.push(link('parent', parent));
  return { list, privates };
}

function itemsOf(
  where: Item['where'],
  owner: object,
  key: PropertyKey,
  isWritten: (value: unknown) => boolean,
): Item[] {
  const descriptor = Object.getOwnPropertyDescriptor(owner, key)!;
  const flags =
    (descriptor.writable ? 1 : 0) + (descriptor.enumerable ? 2 : 0) + (descriptor.configurable ? 4 : 0);
  const named = typeof key === 'symbol' ? { key: key.description ?? '', symbol: key } : { key: String(key) };
  const items: Item[] = [];
  for (const part of ['value', 'get', 'set'] as const) {
    const value = descriptor[part] as unknown;
    if (!(part in descriptor) || (part !== 'value' && value === undefined) || isWritten(value)) continue;
    items.push({ where, ...named, part, flags, value });
  }
  return items;
}

function goneOf(fn: AnyFunction, node: Syntax, keys: readonly KeyNow[]): Item[] {
  const gone = [...removedMethods(fn, node), ...keys.filter(({ isGone }) => isGone)];
  return gone.map(({ key, isStatic }) => ({
    where: isStatic ? 'own' : 'prototype',
    ...(typeof key === 'symbol' ? { key: key.description ?? '', symbol: key } : { key }),
    part: 'gone',
    flags: 0,
    value: undefined,
  }));
}

function link(where: 'parent' | 'parent of prototype', value: unknown): Item {
  return { where, key: '[[Prototype]]', part: 'value', flags: 0, value };
}

/** A prototype travels as its constructor, so it stays that constructor's prototype. */
function asConstructor(prototype: object | null): unknown {
  const Class = prototype && (Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown);
  return typeof Class === 'function' && Class.prototype === prototype ? Class : prototype;
}

function isMethod(member: Syntax): boolean {
  return member.type === 'MethodDefinition';
}

function isConstructor(node: Syntax, isClass: boolean): boolean {
  return isClass || (node.type !== 'ArrowFunctionExpression' && !node['async'] && !node['generator']);
}

/** The loader gives a function its name; a class with a static member `name` carries that. */
function isPlainName(fn: AnyFunction, node: Syntax): boolean {
  void node;
  const descriptor = Object.getOwnPropertyDescriptor(fn, 'name');
  return typeof descriptor?.value === 'string' && !descriptor.writable && !descriptor.enumerable;
}

function expectedAbove(node: Syntax, parent: object | null): object | null {
  if (!childOf(node, 'superClass')) return Object.prototype;
  if (parent === Function.prototype) return null;
  return ((parent as { prototype?: object } | null)?.prototype ?? null) as object | null;
}
