// Errors as they are read: real ones, with the class's prototype, made without running its constructor.

import { prototypeOf, readProperties } from './decode-extras.js';
import type { DecodeScope } from './decode-scope.js';
import type { AnyFunction } from './function-recipe.js';
import { errorClasses } from './known-classes.js';
import { PackedError } from './packed-error.js';

export function decodeError(scope: DecodeScope): object {
  const Class = readClass(scope);
  const error = scope.node(blankError(Class));
  readStack(scope, error);
  readProperties(scope, error);
  return error;
}

function readClass(scope: DecodeScope): AnyFunction {
  const named = scope.value();
  const Class = typeof named === 'string' ? errorClasses.get(named) : named;
  if (typeof Class !== 'function') scope.input.corrupt('an error class is unknown here');
  prototypeOf(scope, Class);
  return Class;
}

/** The object an Error constructor makes, with the prototype of `Class`, whose own constructor does not run. */
function blankError(Class: AnyFunction): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return Reflect.construct(Error, [], Class) as Error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function readStack(scope: DecodeScope, error: object): void {
  const stack = scope.value();
  if (stack === undefined) Reflect.deleteProperty(error, 'stack');
  else
    Reflect.defineProperty(error, 'stack', {
      value: stack,
      writable: true,
      enumerable: false,
      configurable: true,
    });
}

export function decodeDomException(scope: DecodeScope): object {
  const { input } = scope;
  const node = scope.reserve();
  const message = input.string();
  const error = new DOMException(message, input.string());
  scope.fill(node, error);
  readStack(scope, error);
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
