// Errors as they are read: real ones, with the class's prototype, made without running its constructor.

import { prototypeOf, readProperties } from './decode-extras.js';
import type { DecodeScope } from './decode-scope.js';
import type { AnyFunction } from './function-recipe.js';
import { errorClasses } from './known-classes.js';
import { PackedError } from './packed-error.js';

export function decodeError(scope: DecodeScope): object {
  const Class = readClass(scope);
  const node = scope.reserve();
  const stack = scope.value();
  const message = scope.value();
  const error = blankError(Class, typeof message === 'string' ? message : undefined);
  scope.fill(node, error);
  setStack(error, stack);
  readProperties(scope, error);
  return error;
}

function readClass(scope: DecodeScope): AnyFunction {
  const named = scope.value();
  const Class = typeof named === 'number' ? errorClasses[named] : named;
  if (typeof Class !== 'function') scope.input.corrupt('an error class is unknown here');
  prototypeOf(scope, Class);
  return Class;
}

/** V8 looks at no frame where this is no number; with 0 it makes an empty list of them, for twice the time. */
const NO_TRACE = undefined as unknown as number;

/** What an Error constructor makes, with the prototype of `Class`, whose own constructor does not run. */
function blankError(Class: AnyFunction, message: string | undefined): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = NO_TRACE;
  try {
    if (Class === Error) return new Error(message);
    if (Class === TypeError) return new TypeError(message);
    if (Class === RangeError) return new RangeError(message);
    return Reflect.construct(Error, message === undefined ? [] : [message], Class) as Error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function setStack(error: Error, stack: unknown): void {
  if (stack === undefined) Reflect.deleteProperty(error, 'stack');
  else error.stack = stack as string;
}

export function decodeDomException(scope: DecodeScope): object {
  const { input } = scope;
  const node = scope.reserve();
  const message = input.string();
  const error = new DOMException(message, input.string());
  scope.fill(node, error);
  const stack = scope.value();
  Reflect.defineProperty(error, 'stack', {
    value: stack,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  readProperties(scope, error);
  return error;
}

export function decodePackedError(scope: DecodeScope): PackedError {
  const { input } = scope;
  const node = scope.reserve();
  const processName = input.string();
  const message = input.string();
  const stack = input.string();
  const whole = scope.value() === true;
  const packed = new PackedError(processName, { message, stack }, scope.value(), whole);
  scope.fill(node, packed);
  return packed;
}
