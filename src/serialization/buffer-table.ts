// The byte buffers of a message. Views name a buffer by number; its bytes stand once, in the trailer, and only the part
// that is seen: a slice of a pool takes its own bytes along, not the pool.
//
//   buffer   varint start of the part │ varint 0, or 1 + maximum length if resizable │ 0, varint length, bytes
//                                                                                    │ 1, varint attachment, varint length

import type { ShipmentWriter } from '../base/shippable.js';
import type { ByteWriter } from './byte-writer.js';

/** Byte payloads at or above this go by `ShipmentWriter.attachBytes`, out of line. */
export const OUT_OF_LINE_BYTES = 16 * 1024;

/** Buffers up to this size go whole, so that `byteOffset` and `buffer.byteLength` are as they were. */
const WHOLE_BYTES = 64 * 1024;

interface Entry {
  readonly buffer: ArrayBuffer;
  start: number;
  end: number;
}

interface MaybeResizable {
  readonly resizable?: boolean;
  readonly maxByteLength?: number;
}

export class BufferTable {
  readonly #entries: Entry[] = [];
  readonly #numbers = new Map<ArrayBuffer, number>();

  get count(): number {
    return this.#entries.length;
  }

  /** The number of a buffer that goes whole. */
  whole(buffer: ArrayBuffer): number {
    return this.#part(buffer, 0, buffer.byteLength);
  }

  /** The number of the buffer under a view. */
  under(view: ArrayBufferView<ArrayBuffer>): number {
    const { buffer, byteOffset, byteLength } = view;
    const size = buffer.byteLength;
    if (byteLength * 4 >= size || (size <= WHOLE_BYTES && !Buffer.isBuffer(view))) return this.whole(buffer);
    // A multiple of 8, so that the elements stay aligned.
    return this.#part(buffer, byteOffset - (byteOffset % 8), byteOffset + byteLength);
  }

  #part(buffer: ArrayBuffer, start: number, end: number): number {
    const known = this.#numbers.get(buffer);
    if (known === undefined) {
      this.#numbers.set(buffer, this.#entries.length);
      return this.#entries.push({ buffer, start, end }) - 1;
    }
    const entry = this.#entries[known];
    entry.start = Math.min(entry.start, start);
    entry.end = Math.max(entry.end, end);
    return known;
  }

  write(out: ByteWriter, writer: ShipmentWriter): void {
    out.varint(this.#entries.length);
    for (const { buffer, start, end } of this.#entries) {
      const { resizable, maxByteLength } = buffer as MaybeResizable;
      const bytes = new Uint8Array(buffer, start, end - start);
      out.varint(start);
      out.varint(resizable ? 1 + maxByteLength! : 0);
      if (bytes.length < OUT_OF_LINE_BYTES) {
        out.u8(0);
        out.varint(bytes.length);
        out.raw(bytes);
      } else {
        out.u8(1);
        out.varint(writer.attachBytes(bytes));
        out.varint(bytes.length);
      }
    }
  }

  /** Forgets the buffers from number `count` on. */
  truncate(count: number): void {
    while (this.#entries.length > count) this.#numbers.delete(this.#entries.pop()!.buffer);
  }

  clear(): void {
    if (this.#entries.length > 0) this.truncate(0);
  }
}
