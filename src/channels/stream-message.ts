// Messages on a byte stream: how a value goes out as one frame, and how frames are found in what comes in.
//
//   [ length of what follows ][ n ][ size ] × n [ payload ][ bytes ] × n          all words u32, little-endian
//
// The bytes of large buffers come behind the payload, as attachments come behind it in shared memory. A frame longer than
// the limit is refused on both sides; memory is taken as bytes arrive, never because a length was announced.

import { SerializationError } from '../base/errors.js';
import type { ShipmentReader, ShipmentWriter } from '../base/shippable.js';
import { copyReceived } from '../platform/received-bytes.js';
import { decode, encode, needsPreparation, prepare } from '../serialization/codec.js';

/** The longest message unless said otherwise. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
const WORD = 4;

const NO_HANDLES = 'shared memory is of one program: a socket connection carries values, not shared objects';

/** One frame with a value. @throws {SerializationError | NotShippableError} If it can't be carried; names the path. */
export function frameOf(value: unknown, root: string, limit: number): Buffer {
  const parts = new InlineParts();
  return buildFrame(encode(value, parts, root), parts.bytes, limit);
}

/** One frame with bytes as they are. */
export function frameOfBytes(bytes: Uint8Array, limit: number): Buffer {
  return buildFrame(bytes, [], limit);
}

function buildFrame(payload: Uint8Array, parts: readonly Uint8Array[], limit: number): Buffer {
  const head = (2 + parts.length) * WORD;
  const total = parts.reduce((sum, part) => sum + part.length, head + payload.length);
  if (total - WORD > limit)
    throw new SerializationError(
      `the message has ${total - WORD} bytes, the connection carries ${limit}: raise maxMessageBytes on both sides`,
    );
  const frame = Buffer.allocUnsafe(total);
  frame.writeUInt32LE(total - WORD, 0);
  frame.writeUInt32LE(parts.length, WORD);
  frame.set(payload, head);
  let at = head + payload.length;
  for (const [i, part] of parts.entries()) {
    frame.writeUInt32LE(part.length, (2 + i) * WORD);
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** The sending side: large buffers are remembered until the frame is built, inside the same call. */
class InlineParts implements ShipmentWriter {
  readonly handlesRefused = NO_HANDLES;
  readonly bytes: Uint8Array[] = [];

  attach(): number {
    throw new SerializationError(NO_HANDLES);
  }

  attachBytes(bytes: Uint8Array): number {
    return this.bytes.push(bytes) - 1;
  }
}

/** One message that has come in. */
export class StreamMessage implements ShipmentReader {
  readonly handlesRefused = NO_HANDLES;
  readonly payload: Uint8Array;
  readonly #parts: readonly Uint8Array[];

  /** @param body A frame without its first word. @throws {SerializationError} If the sizes do not fit. */
  constructor(body: Buffer) {
    const count = body.length >= WORD ? body.readUInt32LE(0) : Number.POSITIVE_INFINITY;
    const head = (1 + count) * WORD;
    if (head > body.length) throw new SerializationError('a received frame is malformed');
    let end = body.length;
    const parts: Uint8Array[] = [];
    for (let i = count - 1; i >= 0; i--) {
      const size = body.readUInt32LE((1 + i) * WORD);
      if (end - size < head) throw new SerializationError('a received frame is malformed');
      parts.unshift(body.subarray(end - size, end));
      end -= size;
    }
    this.payload = body.subarray(head, end);
    this.#parts = parts;
  }

  /** The value. @throws {SerializationError} If the bytes are no value. */
  async open(): Promise<unknown> {
    if (needsPreparation(this.payload)) await prepare(this.payload);
    return decode(this.payload, this);
  }

  openSync(): unknown {
    return decode(this.payload, this);
  }

  take(): number {
    throw new SerializationError(NO_HANDLES);
  }

  takeBytes(index: number): Uint8Array<ArrayBuffer> {
    const part = this.#parts[index];
    if (!part) throw new SerializationError(`the message has no attachment ${index}`);
    return copyReceived(part);
  }
}

/** Finds the frames in the chunks of a stream. */
export class FrameSplitter {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a chunk; gives the bodies of the frames it completes. @throws {SerializationError} If one is above the limit. */
  *add(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (;;) {
      const size = this.#sizeOfNext();
      if (size === undefined || this.#length < WORD + size) return;
      const all = this.#joined();
      yield all.subarray(WORD, WORD + size);
      this.#length -= WORD + size;
      this.#chunks = this.#length === 0 ? [] : [all.subarray(WORD + size)];
    }
  }

  #sizeOfNext(): number | undefined {
    if (this.#length < WORD) return undefined;
    if ((this.#chunks[0] as Buffer).length < WORD) this.#joined();
    const size = (this.#chunks[0] as Buffer).readUInt32LE(0);
    if (size > this.#limit)
      throw new SerializationError(
        `the peer sends a message of ${size} bytes, the connection carries ${this.#limit}: raise maxMessageBytes`,
      );
    return size;
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] as Buffer;
  }
}
