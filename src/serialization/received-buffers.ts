// The byte buffers of a received message: each its own copy, or out-of-line memory that is the receiver's now.

import type { ShipmentReader } from '../base/shippable.js';
import type { ByteReader } from './byte-reader.js';

export interface ReceivedBuffer {
  readonly buffer: ArrayBuffer;
  /** Where in the sender's buffer this one begins. */
  readonly start: number;
}

const ResizableBuffer = ArrayBuffer as unknown as new (
  length: number,
  options: { maxByteLength: number },
) => ArrayBuffer;

/** A resizable buffer may announce this much: its address space is taken at once, though no memory is. */
const RESIZABLE_LIMIT = 2 ** 32;

export function readBuffers(input: ByteReader, reader: ShipmentReader): ReceivedBuffer[] {
  const count = input.count(4);
  const buffers: ReceivedBuffer[] = [];
  for (let i = 0; i < count; i++) {
    const start = input.varint();
    const limit = input.varint();
    const bytes = input.u8() === 0 ? new Uint8Array(input.raw(input.count(1))) : takeBytes(input, reader);
    buffers.push({ buffer: limit === 0 ? wholeBuffer(bytes) : resizable(input, bytes, limit - 1), start });
  }
  return buffers;
}

function takeBytes(input: ByteReader, reader: ShipmentReader): Uint8Array<ArrayBuffer> {
  const index = input.varint();
  const length = input.varint();
  const bytes = reader.takeBytes(index);
  if (bytes.length !== length)
    input.corrupt(`attachment ${index} has ${bytes.length} bytes instead of ${length}`);
  return bytes;
}

/** The buffer under `bytes` if they fill it, else a copy. */
function wholeBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return buffer;
  return new Uint8Array(bytes).buffer;
}

function resizable(input: ByteReader, bytes: Uint8Array, maxByteLength: number): ArrayBuffer {
  if (maxByteLength < bytes.length || maxByteLength > RESIZABLE_LIMIT) input.corrupt('a buffer is too long');
  const buffer = new ResizableBuffer(bytes.length, { maxByteLength });
  new Uint8Array(buffer).set(bytes);
  return buffer;
}
