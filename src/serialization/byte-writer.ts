// The growing scratch buffer that one encode writes into, and the encoding of numbers and strings.

import { NumberStage } from './number-stage.js';
import { DOUBLE, INTEGER, LATIN1, SHORT_STRING, SHORT_STRING_LIMIT, SMALL_INT_END, UTF16 } from './tags.js';

const FIRST_BYTES = 1 << 14;
/** A scratch buffer that grew beyond this is dropped after its message. */
const KEPT_BYTES = 1 << 20;
/** Strings up to this length are written by a loop; longer ones by a native call. */
const LOOP_LENGTH = 48;
export const BEYOND_LATIN1 = /[^\x00-\xff]/;

const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);

export class ByteWriter {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  at = 0;
  /** The view handed out last: same length, same view. */
  #view: Uint8Array | undefined;
  #stage: NumberStage | undefined;

  /** Starts a message; what `view` returned is overwritten from now on. */
  reset(): void {
    this.at = 0;
    if (this.bytes.length > KEPT_BYTES) {
      this.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
      this.#view = undefined;
    }
  }

  view(): Uint8Array {
    if (this.#view?.length !== this.at) this.#view = new Uint8Array(this.bytes.buffer, 0, this.at);
    return this.#view!;
  }

  /** Each writer its own: a getter may encode something while this one is at work. */
  get stage(): NumberStage {
    return (this.#stage ??= new NumberStage());
  }

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    if (this.at + size > this.bytes.length) this.#grow(size);
  }

  #grow(size: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + size));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
    this.#view = undefined;
  }

  u8(value: number): void {
    if (this.at === this.bytes.length) this.#grow(1);
    this.bytes[this.at++] = value;
  }

  varint(value: number): void {
    if (value < 128 && this.at < this.bytes.length) {
      this.bytes[this.at++] = value;
      return;
    }
    this.reserve(8);
    const bytes = this.bytes;
    let rest = value;
    while (rest > 0x7fffffff) {
      bytes[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      bytes[this.at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[this.at++] = rest;
  }

  /** The eight bytes of a double, without a tag. */
  float64(value: number): void {
    this.reserve(8);
    const { bytes, at } = this;
    double[0] = value;
    bytes[at] = doubleBytes[0];
    bytes[at + 1] = doubleBytes[1];
    bytes[at + 2] = doubleBytes[2];
    bytes[at + 3] = doubleBytes[3];
    bytes[at + 4] = doubleBytes[4];
    bytes[at + 5] = doubleBytes[5];
    bytes[at + 6] = doubleBytes[6];
    bytes[at + 7] = doubleBytes[7];
    this.at = at + 8;
  }

  number(value: number): void {
    const integer = value | 0;
    if (integer === value && (integer !== 0 || 1 / value > 0)) {
      if (integer >= 0 && integer < SMALL_INT_END) {
        this.u8(integer);
      } else {
        this.u8(INTEGER);
        this.varint(integer >= 0 ? integer * 2 : -integer * 2 - 1);
      }
      return;
    }
    this.u8(DOUBLE);
    this.float64(value);
  }

  string(value: string): void {
    const length = value.length;
    if (length > LOOP_LENGTH) {
      this.#longString(value, length);
      return;
    }
    this.reserve(LOOP_LENGTH + 8);
    const bytes = this.bytes;
    const start = this.at;
    let at = start;
    if (length < SHORT_STRING_LIMIT) {
      bytes[at++] = SHORT_STRING + length;
    } else {
      bytes[at++] = LATIN1;
      bytes[at++] = length;
    }
    let seen = 0;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      seen |= unit;
      bytes[at++] = unit;
    }
    if (seen > 0xff) this.#utf16(value, length);
    else this.at = at;
  }

  #longString(value: string, length: number): void {
    // On a string of one byte a character this test costs nothing: V8 sees that it can't match.
    if (BEYOND_LATIN1.test(value)) {
      this.#utf16(value, length);
      return;
    }
    this.u8(LATIN1);
    this.varint(length);
    this.reserve(length);
    this.at += this.bytes.latin1Write(value, this.at, length);
  }

  #utf16(value: string, length: number): void {
    this.u8(UTF16);
    this.varint(length);
    this.reserve(length * 2);
    this.at += this.bytes.ucs2Write(value, this.at, length * 2);
  }

  /** The first `size` bytes of another buffer. */
  copy(from: Buffer, size: number): void {
    this.reserve(size);
    this.at += from.copy(this.bytes, this.at, 0, size);
  }

  /** Makes room for `count` items of `size` bytes. @returns Where they would stand aligned: here, or a few bytes further. */
  aligned(size: number, count: number): number {
    this.reserve(size * (count + 1));
    return (this.at + size - 1) & -size;
  }

  /** What was written from `start` on, which `aligned` returned, belongs here. */
  pullUp(start: number, size: number): void {
    if (start !== this.at) this.bytes.copyWithin(this.at, start, start + size);
    this.at += size;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
}

declare global {
  /** Node's own, missing in its types. */
  interface Buffer {
    latin1Write(text: string, offset: number, length: number): number;
    ucs2Write(text: string, offset: number, length: number): number;
    latin1Slice(start: number, end: number): string;
    ucs2Slice(start: number, end: number): string;
  }
}
