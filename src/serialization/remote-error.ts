// Carries an error that ended something in one process to whoever waits for it in another.
//
//   thrown there    CustomError { code, cause: Inner }
//   thrown here     CustomError { code, cause: Inner { cause: RemoteError (name of the process, stack over there) } }

import { RemoteError } from '../base/errors.js';
import { PackedError } from './packed-error.js';

/**
 * Makes of anything thrown a value that the codec carries. It never throws and never makes encode throw: parts of the error
 * that can't travel throw where the receiver touches them, and in the worst case message and stack are left.
 */
export function packError(error: unknown, processName: string): unknown {
  return new PackedError(processName, accountOf(error), error);
}

/** The error that was packed: of the same class, its cause chain ending in a RemoteError with the remote stack. */
export function unpackError(packed: unknown): Error {
  if (!(packed instanceof PackedError)) {
    return new RemoteError(`an unknown error: ${show(packed)}`, 'unknown', '', { cause: packed });
  }
  const { processName, message, stack, thrown, whole } = packed;
  if (!whole) return new RemoteError(message, processName, stack);
  if (!(thrown instanceof Error)) return new RemoteError(message, processName, stack, { cause: thrown });
  const remote = new RemoteError(message, processName, stack);
  return append(thrown, remote) ? thrown : new RemoteError(message, processName, stack, { cause: thrown });
}

/** @returns False if there is no place for it: a frozen error at the end of the chain. */
function append(error: Error, remote: RemoteError): boolean {
  const seen = new Set<Error>();
  let last = error;
  while (last.cause instanceof Error) {
    if (seen.has(last)) return true; // The chain is a ring: it has no end to append to.
    seen.add(last);
    last = last.cause;
  }
  // A cause that is no error is the author's data (`{ cause: { code } }`): it stays what it is.
  if (last.cause !== undefined) return true;
  return Reflect.defineProperty(last, 'cause', {
    value: remote,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

function accountOf(error: unknown): { message: string; stack: string } {
  try {
    if (error instanceof Error) {
      const message = String(error.message);
      return { message, stack: String(error.stack ?? `${error.name}: ${message}`) };
    }
    return { message: `thrown: ${show(error)}`, stack: '' };
  } catch {
    return { message: 'an error that can not be read', stack: '' };
  }
}

function show(value: unknown): string {
  try {
    if (typeof value === 'string') return value;
    const json = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return json.length > 200 ? `${json.slice(0, 200)}…` : json;
  } catch {
    return Object.prototype.toString.call(value);
  }
}
