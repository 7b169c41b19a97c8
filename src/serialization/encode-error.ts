// Errors: class, stack, message and every other own property (cause, code, errors are such), enumerable or not.
//
//   ERROR         │ class: number of a known one, or a function │ stack │ message │ other properties (see extras.ts)
//   DOM_EXCEPTION │ message │ name │ stack │ properties

import { types } from 'node:util';
import type { EncodeScope } from './encode-scope.js';
import { classOfPrototype, encodeProperties, encodeWithExtras } from './extras.js';
import type { AnyFunction } from './function-recipe.js';
import { knownErrorNumber } from './known-classes.js';
import { DOM_EXCEPTION, ERROR, PRELUDE } from './tags.js';

export function encodeError(scope: EncodeScope, error: Error): void {
  const { Class, prototype, lostName } = classOf(scope, error);
  const known = knownErrorNumber(Class);
  if (known === undefined && !scope.knows(Class)) encodeClassFirst(scope, Class);
  if (scope.repeat(error)) return;
  encodeWithExtras(scope, error, { keys: lostName ? ['name'] : [], prototype }, () => {
    scope.out.u8(ERROR);
    if (known === undefined) scope.value(Class);
    else scope.out.number(known);
    scope.node(error);
    scope.value(stackOf(error));
    const message = Object.getOwnPropertyDescriptor(error, 'message');
    const isUsual = message !== undefined && typeof message.value === 'string' && !message.enumerable;
    scope.value(isUsual ? message.value : undefined);
    encodeProperties(
      scope,
      error,
      errorKeys(error).filter((key) => key !== 'message' || !isUsual),
    );
  });
}

/** The error's class, or the nearest known one above if the class itself can't travel. */
function classOf(
  scope: EncodeScope,
  error: Error,
): { Class: AnyFunction; prototype?: object | undefined; lostName?: boolean } {
  const first = Object.getPrototypeOf(error) as object;
  const Class = classOfPrototype(first);
  if (Class && knownErrorNumber(Class) !== undefined) return { Class };
  if (Class && !isInternal(error) && travels(scope, Class)) return { Class };
  for (let at: object | null = first; at; at = Object.getPrototypeOf(at) as object | null) {
    const above = classOfPrototype(at);
    if (above && knownErrorNumber(above) !== undefined) return { Class: above };
  }
  return { Class: Error };
}

/** In lenient mode a class that can't travel is tried first: the error is worth more than its class. */
function travels(scope: EncodeScope, Class: AnyFunction): boolean {
  if (!scope.lenient || scope.knows(Class)) return true;
  return scope.attempt(() => encodeClassFirst(scope, Class)) === undefined;
}

/** What the class closes over may hold this very error. */
function encodeClassFirst(scope: EncodeScope, Class: AnyFunction): void {
  scope.out.u8(PRELUDE);
  scope.value(Class);
}

/** Node's own AbortError is of a class that no program can name. */
function isInternal(error: Error): boolean {
  return (error as { code?: unknown }).code === 'ABORT_ERR' && error.constructor.name === 'AbortError';
}

function stackOf(error: Error): string | undefined {
  const { stack } = error;
  return typeof stack === 'string' ? stack : undefined;
}

function errorKeys(error: Error): (string | symbol)[] {
  return Reflect.ownKeys(error).filter((key) => {
    if (key === 'stack') return false;
    // Node gives its errors a toString of their own, not meant to be seen.
    return key !== 'toString' || Object.prototype.propertyIsEnumerable.call(error, key);
  });
}

const domExceptionPrototype: object = DOMException.prototype;

export function isDomException(object: object): object is DOMException {
  return types.isNativeError(object) || object instanceof DOMException
    ? Object.getPrototypeOf(object) === domExceptionPrototype
    : false;
}

export function encodeDomException(scope: EncodeScope, error: DOMException): void {
  scope.out.u8(DOM_EXCEPTION);
  scope.node(error);
  scope.out.string(error.message);
  scope.out.string(error.name);
  scope.value(stackOf(error));
  const keys = Object.keys(error).filter((key) => key !== 'stack');
  if ('cause' in error && !keys.includes('cause')) keys.push('cause');
  encodeProperties(scope, error, keys);
}
