// A value serialized once and sent as often as needed: arguments of a task that may have to run again, functions, initializers.
//
//   parent    PackedValue { bytes, attachments: blocks and holds that stay the parent's until `release` }
//   worker    reads blocks in place, takes holds of its own; if it dies, nothing of the parent's is lost

import { InternalError } from '../base/errors.js';
import type { ShipmentReader, ShipmentWriter } from '../base/shippable.js';
import type { Attachment } from '../channels/parcel.js';
import { arena } from '../memory/arena.js';
import { Session } from '../memory/session.js';
import { holdSlab } from '../memory/slab-class.js';
import { copyReceived } from '../platform/received-bytes.js';
import { decode, encode, needsPreparation, prepare } from '../serialization/codec.js';
import { dropAttachment } from '../sync/attachment.js';
import { HoldCell } from '../sync/hold.js';

/** Whether a value is the same everywhere and for ever, so that no copy of it has to be made. */
export function isPlain(value: unknown): boolean {
  const type = typeof value;
  return type === 'object' ? value === null : type !== 'function' && type !== 'symbol';
}

export class PackedValue implements ShipmentWriter {
  /** The codec's bytes. */
  bytes: Uint8Array = NO_BYTES;
  #attachments: Attachment[] | undefined;

  /**
   * Serializes inside the call.
   * @param root What the value is called in messages: `args`, `items[3]`.
   * @throws {SerializationError | NotShippableError} If it can't be carried; the message names the path.
   */
  static of(value: unknown, root: string): PackedValue {
    const packed = new PackedValue();
    try {
      packed.bytes = encode(value, packed, root).slice();
    } catch (error) {
      packed.release();
      throw error;
    }
    return packed;
  }

  get attachments(): readonly Attachment[] {
    return this.#attachments ?? NO_ATTACHMENTS;
  }

  /** Bytes it holds, in shared memory too. */
  get sizeBytes(): number {
    let size = this.bytes.length;
    for (const { sizeBytes } of this.attachments) size += sizeBytes;
    return size;
  }

  attach(address: number): number {
    return this.#push({ at: address, sizeBytes: 0 });
  }

  attachBytes(bytes: Uint8Array): number {
    const memory = arena();
    const at = memory.takeBlock(bytes.length);
    memory.bytesOf(at, 0, bytes.length).set(bytes);
    return this.#push({ at, sizeBytes: bytes.length });
  }

  /** Frees what it holds in shared memory. */
  release(): void {
    if (!this.#attachments) return;
    const { self } = Session.current();
    for (const { at } of this.#attachments) dropAttachment(at, self);
    this.#attachments = undefined;
  }

  #push(attachment: Attachment): number {
    this.#attachments ??= [];
    return this.#attachments.push(attachment) - 1;
  }
}

const NO_BYTES = new Uint8Array(0);
const NO_ATTACHMENTS: readonly Attachment[] = [];

/** Reads the attachments of a value that another process has packed and keeps. */
class BorrowingReader implements ShipmentReader {
  readonly #attachments: readonly Attachment[];

  constructor(attachments: readonly Attachment[]) {
    this.#attachments = attachments;
  }

  take(index: number): number {
    const { at } = this.#at(index);
    if (arena().segmentOf(at).slab !== holdSlab) throw new InternalError(`attachment ${index} is no hold`);
    const theirs = new HoldCell(at);
    return HoldCell.take(theirs.object, theirs.role, theirs.count).at;
  }

  takeBytes(index: number): Uint8Array<ArrayBuffer> {
    const { at, sizeBytes } = this.#at(index);
    const bytes = copyReceived(arena().bytesOf(at, 0, sizeBytes));
    arena().letGo(at);
    return bytes;
  }

  #at(index: number): Attachment {
    const attachment = this.#attachments[index];
    if (!attachment) throw new InternalError(`a packed value has no attachment ${index}`);
    return attachment;
  }
}

/**
 * Opens a value that another process has packed; a promise where modules have to be imported first.
 * @throws {SerializationError} If it can't be revived.
 */
export function openPacked(
  bytes: Uint8Array,
  attachments: readonly Attachment[],
): unknown | Promise<unknown> {
  const reader = new BorrowingReader(attachments);
  if (!needsPreparation(bytes)) return decode(bytes, reader); // FAST PATH
  const kept = bytes.slice();
  return prepare(kept).then(() => decode(kept, reader));
}
