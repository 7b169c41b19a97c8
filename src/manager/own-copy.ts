// A deep copy by way of the codec: the same value that the other end of a channel would get.

import { IncomingParcel, OutgoingParcel } from '../channels/parcel.js';

/**
 * Copies a value as sending it would.
 * @param root What the value is called in messages.
 * @throws {SerializationError | NotShippableError} If it can't travel; the message names the path.
 */
export function ownCopy<T>(value: T, root: string): T {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return value; // FAST PATH
  const parcel = OutgoingParcel.of(value, root);
  const bytes = parcel.bytes.slice();
  return new IncomingParcel(bytes, parcel.attachments).open() as T;
}
