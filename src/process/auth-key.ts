// The secret that the processes of one program share: `authkey`.

import { SerializationError } from '../base/errors.js';
import { type Handle, SHIP, type Shippable } from '../base/shippable.js';

const KEY_BYTES = 32;

/**
 * The bytes of an authkey; the counterpart of Python's `AuthenticationString`. It is not printed, and does not travel in
 * messages: a child has it from its start.
 */
export class AuthKey extends Uint8Array<ArrayBuffer> implements Shippable {
  /** Parts of it are plain bytes. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  /** @throws {SerializationError} Always. */
  [SHIP](): Handle {
    throw new SerializationError(
      "an authkey can't be sent to another process: a child has it as currentProcess().authkey; other programs must be told it",
    );
  }

  override toString(): string {
    return '<authkey>';
  }

  toJSON(): string {
    return '<authkey>';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '<authkey>';
  }
}

let own: AuthKey | undefined;

/** The key of this process: in the main one it is made at its first use, and nobody can guess it. */
export function ownAuthKey(): AuthKey {
  own ??= authKeyFrom(process.getBuiltinModule('node:crypto').randomBytes(KEY_BYTES));
  return own;
}

export function setOwnAuthKey(key: AuthKey): void {
  own = key;
}

/** @throws {TypeError} If it is no bytes. {RangeError} If it is empty. */
export function authKeyFrom(bytes: unknown): AuthKey {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`authkey must be bytes, got ${bytes === null ? 'null' : typeof bytes}`);
  if (bytes.length === 0) throw new RangeError('authkey must not be empty');
  return AuthKey.from(bytes) as AuthKey;
}
