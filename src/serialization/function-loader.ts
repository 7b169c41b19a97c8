// Rebuilds functions and classes from their recipes. Loaded by every child: nothing here reads or parses.

import { SerializationError } from '../base/errors.js';
import type { Attachment, ShippedCode } from './captured-code.js';
import { type Closure, makerOf, memberOf, type PrivateSetter } from './code-assembly.js';
import { functionOfOrigin, isOriginal, rememberOrigin } from './function-identity.js';
import type { AnyFunction, CapturedCode, FunctionLoader } from './function-recipe.js';
import { joinKin } from './kinship.js';
import { lazyNames, rememberHash } from './lazy-names.js';
import { importedModule, importRequest, requireOf } from './module-importer.js';
import { valueOfName } from './named-values.js';

export const functionLoader: FunctionLoader = { named: valueOfName, referenced, build, buildLate, prepare };

/** First step of a path into a CommonJS module (`export-table.ts` writes it). */
const COMMONJS = 'module.exports';

function referenced(url: string, path: readonly string[]): AnyFunction {
  const isCommonJs = path[0] === COMMONJS;
  let value: unknown = isCommonJs ? requireOf(url)(new URL(url).pathname) : importedModule(url);
  for (const key of isCommonJs ? path.slice(1) : path) {
    value = (value as Record<string, unknown> | null | undefined)?.[key];
  }
  if (typeof value === 'function') return value;
  throw new SerializationError(`${url} has no function ${path.join('.')} in this process`);
}

async function prepare(urls: readonly string[]): Promise<void> {
  await Promise.all(urls.map(importRequest));
}

function build(plain: CapturedCode, captured: readonly unknown[]): AnyFunction {
  const code = plain as ShippedCode;
  if (code.shape === 'bound') return bindTo(captured);
  if (code.shape === 'proxy')
    return new Proxy(captured[0] as AnyFunction, captured[1] as ProxyHandler<AnyFunction>);
  const known = knownFunction(code, captured);
  if (known) return known;
  let setPrivates: PrivateSetter | undefined;
  const { made } = makerOf(code, false)(closureOf(code, captured, (set) => (setPrivates = set)));
  const fn = memberOf(made, code);
  setPrivates?.(code.privates.map(({ index }) => captured[index]));
  rememberHash(fn, code.hash);
  if (code.origin !== undefined) {
    if (hasInstances(fn, code)) joinKin(fn, code.origin);
    rememberOrigin(fn, code.origin);
    closures.set(fn, { hash: code.hash, captured });
  }
  attach(fn, code, captured);
  return fn;
}

/** Whether it is a class, or a function with a prototype that somebody has put methods on. */
function hasInstances(fn: AnyFunction, code: ShippedCode): boolean {
  const prototype = Object.getOwnPropertyDescriptor(fn, 'prototype');
  if (prototype === undefined || typeof prototype.value !== 'object') return false;
  return prototype.writable === false || code.attachments.some(({ where }) => where !== 'own');
}

/** What functions of known origin were built from. */
const closures = new WeakMap<AnyFunction, { readonly hash: string; readonly captured: readonly unknown[] }>();

/** The author's own function, come back; or the one built here before from the same, its statics brought up to date. */
function knownFunction(code: ShippedCode, captured: readonly unknown[]): AnyFunction | undefined {
  const fn = functionOfOrigin(code.origin);
  if (!fn || isOriginal(code.origin!)) return fn;
  const before = closures.get(fn);
  if (before?.hash !== code.hash || code.privates.length > 0) return undefined;
  const fixed =
    code.superIndex === undefined ? code.variables : Math.max(code.variables, code.superIndex + 1);
  for (let at = 0; at < fixed; at++) if (!Object.is(before.captured[at], captured[at])) return undefined;
  attach(fn, code, captured);
  return fn;
}

function buildLate(plain: CapturedCode): { fn: AnyFunction; bind(captured: readonly unknown[]): void } {
  const code = plain as ShippedCode;
  if (code.shape === 'bound' || code.shape === 'proxy') return lateWrapper(code);
  const original = functionOfOrigin(code.origin);
  if (original && isOriginal(code.origin!)) return { fn: original, bind: () => undefined };
  const isDerived = code.superIndex !== undefined;
  let values: readonly unknown[] = [];
  const lazy = lazyNames(code, () => values);
  let setPrivates: PrivateSetter | undefined;
  const privates = (set: PrivateSetter): void => {
    setPrivates = set;
  };
  const closure = { values, privates, superclass: isDerived ? class {} : undefined, lazy };
  const { made, bind } = makerOf(code, true)(closure);
  const fn = memberOf(made, code);
  rememberHash(fn, code.hash);
  if (code.origin !== undefined) {
    if (hasInstances(fn, code)) joinKin(fn, code.origin);
    rememberOrigin(fn, code.origin);
  }
  return {
    fn,
    bind(captured) {
      values = captured;
      bind?.(captured);
      if (isDerived) deriveFrom(fn, captured[code.superIndex!]);
      setPrivates?.(code.privates.map(({ index }) => captured[index]));
      attach(fn, code, captured);
    },
  };
}

const nothingLazy = {};

function closureOf(code: ShippedCode, captured: readonly unknown[], privates: Closure['privates']): Closure {
  return {
    privates,
    values: captured,
    lazy: code.lazy.length > 0 ? lazyNames(code, () => captured) : nothingLazy,
    superclass: code.superIndex === undefined ? undefined : captured[code.superIndex],
  };
}

function bindTo([target, self, ...args]: readonly unknown[]): AnyFunction {
  return Function.prototype.bind.call(target as () => unknown, self, ...args) as AnyFunction;
}

/** A bound function in a cycle with what it is bound to: stands in until that is there. */
function lateWrapper(code: ShippedCode): { fn: AnyFunction; bind(captured: readonly unknown[]): void } {
  let real: AnyFunction | undefined;
  const fn = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target) return Reflect.construct(real!, args);
    return Reflect.apply(real!, this, args);
  };
  return {
    fn,
    bind(captured) {
      real = build(code, captured);
      Object.defineProperty(fn, 'name', { value: real.name, configurable: true });
      Object.defineProperty(fn, 'length', { value: real.length, configurable: true });
    },
  };
}

function deriveFrom(fn: AnyFunction, superclass: unknown): void {
  Object.setPrototypeOf(fn, superclass as object);
  const { prototype } = fn as unknown as { prototype: object };
  Object.setPrototypeOf(prototype, (superclass as { prototype: object } | null)?.prototype ?? null);
}

function attach(fn: AnyFunction, code: ShippedCode, captured: readonly unknown[]): void {
  if (fn.name !== code.name && isRedefinable(fn, 'name')) {
    Object.defineProperty(fn, 'name', { value: code.name, configurable: true });
  }
  if (fn.length !== code.length)
    Object.defineProperty(fn, 'length', { value: code.length, configurable: true });
  if (!Object.isExtensible(fn)) return;
  for (const attachment of code.attachments) attachOne(fn, attachment, captured);
  if (code.integrity) SEALS[code.integrity](fn);
}

function isRedefinable(fn: AnyFunction, key: string): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(fn, key);
  return (
    descriptor === undefined || (descriptor.configurable === true && typeof descriptor.value === 'string')
  );
}

const SEALS: Readonly<Record<NonNullable<ShippedCode['integrity']>, (fn: object) => object>> = {
  fixed: Object.preventExtensions,
  sealed: Object.seal,
  frozen: Object.freeze,
};

function attachOne(fn: AnyFunction, attachment: Attachment, captured: readonly unknown[]): void {
  const { where, key, symbol, part, flags, index } = attachment;
  const value = captured[index];
  const { prototype } = fn as unknown as { prototype: object };
  if (where === 'parent') Object.setPrototypeOf(fn, value as object | null);
  else if (where === 'parent of prototype') Object.setPrototypeOf(prototype, prototypeGiven(value));
  else if (part === 'gone') {
    delete (where === 'own' ? (fn as object) : prototype)[
      (symbol === undefined ? key : captured[symbol]) as never
    ];
  } else {
    const writable = part === 'value' ? { writable: (flags & 1) !== 0 } : {};
    Object.defineProperty(
      where === 'own' ? fn : prototype,
      symbol === undefined ? key : (captured[symbol] as symbol),
      {
        [part]: value,
        ...writable,
        enumerable: (flags & 2) !== 0,
        configurable: (flags & 4) !== 0,
      },
    );
  }
}

/** A prototype travels as its constructor, where it has one. */
function prototypeGiven(value: unknown): object | null {
  return typeof value === 'function'
    ? ((value as { prototype?: object }).prototype ?? null)
    : (value as object | null);
}
