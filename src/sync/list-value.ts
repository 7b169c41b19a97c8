// The values of a ShareableList as bytes, and back, exactly: a tag and what follows from it.
//
//   null, true, false   0 bytes      number  8, float64     bigint  8, int64
//   string   UTF-8, or UTF-16 if it has half a surrogate pair, which UTF-8 can't say
//   bytes    as they are; a Buffer comes back as a Buffer, a Uint8Array as a Uint8Array

import { SerializationError } from '../base/errors.js';

/** What a ShareableList holds. */
export type ShareableValue = null | boolean | number | bigint | string | Uint8Array;

const Tag = {
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  bigint: 5,
  utf8: 6,
  utf16: 7,
  bytes: 8,
  buffer: 9,
} as const;

export interface PackedValue {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

const NONE = new Uint8Array(0);

/** @throws {TypeError} If it is none of the types a list holds. {RangeError} If it is a bigint of more than 64 bits. */
export function packValue(value: unknown): PackedValue {
  if (value === null) return { tag: Tag.null, bytes: NONE };
  switch (typeof value) {
    case 'boolean':
      return { tag: value ? Tag.true : Tag.false, bytes: NONE };
    case 'number':
      return { tag: Tag.number, bytes: new Uint8Array(new Float64Array([value]).buffer) };
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value)
        throw new RangeError(`a ShareableList holds bigints of 64 bits, got ${value}`);
      return { tag: Tag.bigint, bytes: new Uint8Array(new BigInt64Array([value]).buffer) };
    case 'string':
      return isWellFormed(value)
        ? { tag: Tag.utf8, bytes: Buffer.from(value, 'utf8') }
        : { tag: Tag.utf16, bytes: Buffer.from(value, 'utf16le') };
    default:
      if (Buffer.isBuffer(value)) return { tag: Tag.buffer, bytes: value };
      if (value instanceof Uint8Array) return { tag: Tag.bytes, bytes: value };
      throw new TypeError(
        `a ShareableList holds null, booleans, numbers, bigints, strings and Uint8Arrays, got a ${typeof value}`,
      );
  }
}

/** @param bytes The caller's own: they may become the value. @throws {SerializationError} If they are no value. */
export function unpackValue({ tag, bytes }: PackedValue): ShareableValue {
  switch (tag) {
    case Tag.null:
      return null;
    case Tag.false:
      return false;
    case Tag.true:
      return true;
    case Tag.number:
      return viewOf(bytes).getFloat64(0, true);
    case Tag.bigint:
      return viewOf(bytes).getBigInt64(0, true);
    case Tag.utf8:
      return bufferOf(bytes).toString('utf8');
    case Tag.utf16:
      return bufferOf(bytes).toString('utf16le');
    case Tag.bytes:
      return bytes;
    case Tag.buffer:
      return bufferOf(bytes);
    default:
      throw new SerializationError(`a ShareableList is damaged: there is no type ${tag}`);
  }
}

/** Whether two values are the same: bytes by what they hold, NaN as itself. */
export function isSameValue(one: ShareableValue, other: unknown): boolean {
  if (one instanceof Uint8Array) return other instanceof Uint8Array && bufferOf(one).equals(other);
  return one === other || Object.is(one, other);
}

/** Room for a value: Python's rule, so that the same list has the same limits. Text and bytes have 1 to 8 to spare. */
export function roomFor({ tag, bytes }: PackedValue): number {
  return tag >= Tag.utf8 ? 8 * (Math.floor(bytes.length / 8) + 1) : 8;
}

function viewOf(bytes: Uint8Array): DataView {
  if (bytes.length < 8)
    throw new SerializationError('a ShareableList is damaged: a number has less than 8 bytes');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
