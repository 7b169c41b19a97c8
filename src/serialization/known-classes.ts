// Classes and objects that every process has, found by number or name without help of the function shipper.

import * as ownErrors from '../base/errors.js';

export type ErrorClass = abstract new (...args: never[]) => Error;

/** The language's error classes and this library's. In messages they are numbers: both sides have the same version. */
export const errorClasses: readonly ErrorClass[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  ...Object.entries(ownErrors)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => own),
];
const numbers = new Map<unknown, number>(errorClasses.map((Class, number) => [Class, number]));

/** The number of an error class that every process has, or undefined. */
export function knownErrorNumber(Class: unknown): number | undefined {
  return numbers.get(Class);
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
