// Reads the bytes of one message, never beyond their end, and the decoding of numbers and strings.

import { SerializationError } from '../base/errors.js';
import { SHORT_LENGTH, shortLatin1 } from './short-latin1.js';
import { LATIN1, SHORT_STRING, SHORT_STRING_LIMIT, UTF16 } from './tags.js';

const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);
const { latin1Slice, ucs2Slice } = Buffer.prototype;

export class ByteReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** @throws {SerializationError} Always: the bytes are no message. */
  corrupt(what: string): never {
    throw new SerializationError(`received bytes are no value: ${what} at byte ${this.at} of ${this.end}`);
  }

  u8(): number {
    if (this.at >= this.end) this.corrupt('they end too early');
    return this.bytes[this.at++];
  }

  varint(): number {
    let byte = this.u8();
    if (byte < 128) return byte;
    let value = byte & 127;
    let factor = 128;
    do {
      byte = this.u8();
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte >= 128 && factor < 2 ** 53);
    if (byte >= 128 || value > Number.MAX_SAFE_INTEGER) this.corrupt('a number is too long');
    return value;
  }

  /** A number of things of which each takes at least `size` bytes: more than that can't be there. */
  count(size: number): number {
    const count = this.varint();
    if (count * size > this.end - this.at) this.corrupt(`a length of ${count} is too long`);
    return count;
  }

  float64(): number {
    const { bytes, at } = this;
    if (at + 8 > this.end) this.corrupt('they end too early');
    doubleBytes[0] = bytes[at];
    doubleBytes[1] = bytes[at + 1];
    doubleBytes[2] = bytes[at + 2];
    doubleBytes[3] = bytes[at + 3];
    doubleBytes[4] = bytes[at + 4];
    doubleBytes[5] = bytes[at + 5];
    doubleBytes[6] = bytes[at + 6];
    doubleBytes[7] = bytes[at + 7];
    this.at = at + 8;
    return double[0];
  }

  /** The next `size` bytes, as a view of the message. */
  raw(size: number): Uint8Array {
    if (size > this.end - this.at) this.corrupt('they end too early');
    const start = this.at;
    this.at += size;
    return this.bytes.subarray(start, this.at);
  }

  /** A whole string, tag included. */
  string(): string {
    const tag = this.u8();
    if (tag >= SHORT_STRING && tag < SHORT_STRING + SHORT_STRING_LIMIT)
      return this.latin1(tag - SHORT_STRING);
    if (tag === LATIN1) return this.latin1(this.count(1));
    if (tag === UTF16) return this.utf16();
    return this.corrupt('a string is missing');
  }

  /** Reads the head of a string of single bytes: how many follow; -1, and nothing is read, if it is another one. */
  latin1Length(): number {
    const tag = this.at < this.end ? this.bytes[this.at] : 0;
    if (tag === LATIN1) {
      this.at++;
      return this.count(1);
    }
    if (tag < SHORT_STRING || tag >= SHORT_STRING + SHORT_STRING_LIMIT) return -1;
    this.at++;
    return tag - SHORT_STRING;
  }

  utf16(): string {
    const length = this.count(2);
    const start = this.at;
    this.at += length * 2;
    return ucs2Slice.call(this.bytes as Buffer, start, this.at);
  }

  latin1(length: number): string {
    const start = this.at;
    if (start + length > this.end) this.corrupt('they end too early');
    this.at = start + length;
    if (length > SHORT_LENGTH) return latin1Slice.call(this.bytes as Buffer, start, this.at);
    return shortLatin1(this.bytes, start, length);
  }
}
