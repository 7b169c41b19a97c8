// Classes and objects that every process has, found by name without help of the function shipper.

import * as ownErrors from '../base/errors.js';

/** Error classes by name: the language's and this library's. */
export const errorClasses = new Map<string, ErrorClass>();
const nameOfErrorClass = new Map<ErrorClass, string>();

export type ErrorClass = abstract new (...args: never[]) => Error;

for (const own of Object.values(ownErrors)) knowErrorClass(`manyhands#${own.name}`, own);
for (const builtin of [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
]) {
  knowErrorClass(builtin.name, builtin);
}

function knowErrorClass(name: string, Class: ErrorClass): void {
  errorClasses.set(name, Class);
  nameOfErrorClass.set(Class, name);
}

export function knownErrorName(Class: unknown): string | undefined {
  return nameOfErrorClass.get(Class as ErrorClass);
}

/** Global objects that are no data: they travel by name. Looked up lazily, as some load a good deal of Node. */
const GLOBAL_NAMES = [
  'console',
  'process',
  'Math',
  'JSON',
  'Reflect',
  'Atomics',
  'Intl',
  'WebAssembly',
  'performance',
  'globalThis',
] as const;

const globals = new Map<string, object>();
const nameOfGlobal = new Map<object, string>();

function readGlobals(): void {
  for (const name of GLOBAL_NAMES) {
    const value: unknown = (globalThis as Record<string, unknown>)[name];
    if (typeof value !== 'object' || value === null) continue;
    globals.set(name, value);
    nameOfGlobal.set(value, name);
  }
}

export function globalName(object: object): string | undefined {
  if (globals.size === 0) readGlobals();
  return nameOfGlobal.get(object);
}

export function globalOfName(name: string): object | undefined {
  if (globals.size === 0) readGlobals();
  return globals.get(name);
}
