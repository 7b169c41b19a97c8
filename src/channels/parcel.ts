// A parcel: one value as bytes, and the shared-memory items that travel with it.

import { InternalError, SerializationError } from '../base/errors.js';
import type { ShipmentReader, ShipmentWriter } from '../base/shippable.js';
import type { AgentId } from '../memory/agent.js';
import { type Address, arena } from '../memory/arena.js';
import { Session } from '../memory/session.js';
import { copyReceived } from '../platform/received-bytes.js';
import { decode, encode, needsPreparation, prepare } from '../serialization/codec.js';
import { dropAttachment } from '../sync/attachment.js';

/** What a frame says of an attachment: where it is, and for bytes how many. */
export interface Attachment {
  readonly at: Address;
  readonly sizeBytes: number;
}

const NONE: readonly Attachment[] = [];
const NO_BYTES = new Uint8Array(0);

/** A value on its way out. Made inside the call that sends it: later changes of the value change nothing. */
export class OutgoingParcel implements ShipmentWriter {
  /** The payload: a view of scratch memory: use it at once, or `keep` it. Empty if it is `far`. */
  bytes: Uint8Array = NO_BYTES;
  #attachments: Attachment[] | undefined;
  #far = false;

  /**
   * @param root What the value is called in messages: `args`, `item`.
   * @throws {SerializationError | NotShippableError} If the value can't be carried; the message names the path.
   */
  static of(value: unknown, root: string): OutgoingParcel {
    const parcel = new OutgoingParcel();
    try {
      parcel.bytes = encode(value, parcel, root);
    } catch (error) {
      parcel.abandon();
      throw error;
    }
    return parcel;
  }

  /** A parcel of bytes that are sent as they are. */
  static ofBytes(bytes: Uint8Array): OutgoingParcel {
    const parcel = new OutgoingParcel();
    parcel.bytes = bytes;
    return parcel;
  }

  get attachments(): readonly Attachment[] {
    return this.#attachments ?? NONE;
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

  /** Whether the payload is in the first attachment, because it was too large for a ring segment. */
  get far(): boolean {
    return this.#far;
  }

  /** Moves a large payload into a block of its own. @throws {SystemCallError} With code ENOSPC if shared memory is full. */
  moveOut(): void {
    if (this.#far) return;
    const index = this.attachBytes(this.bytes);
    const attachments = this.#attachments as Attachment[];
    attachments.unshift(...attachments.splice(index, 1)); // first: the others keep their order behind it
    this.#far = true;
    this.bytes = NO_BYTES;
  }

  /** Copies the bytes out of scratch memory, for a parcel that has to wait. */
  keep(): void {
    this.bytes = this.bytes.slice();
  }

  /** The attachments are no longer this process's. */
  seal(receiver: AgentId): void {
    for (const { at } of this.attachments) {
      arena().passOn(at, Session.current().self, receiver);
      arena().letGo(at);
    }
  }

  /** It was not sent: frees the attachments. */
  abandon(): void {
    for (const { at } of this.attachments) dropAttachment(at, Session.current().self);
    this.#attachments = undefined;
  }

  #push(attachment: Attachment): number {
    this.#attachments ??= [];
    return this.#attachments.push(attachment) - 1;
  }
}

/** A value that has come in; its attachments are this process's already. */
export class IncomingParcel implements ShipmentReader {
  #bytes: Uint8Array;
  readonly #attachments: readonly Attachment[];
  #taken: Set<number> | undefined;
  #failure: { error: unknown } | undefined;

  constructor(bytes: Uint8Array, attachments: readonly Attachment[] = NONE) {
    this.#bytes = bytes;
    this.#attachments = attachments;
  }

  /** The payload as it was sent: scratch memory. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Whether `openAsync` must be used: modules have to be imported first. */
  get needsPreparation(): boolean {
    return needsPreparation(this.#bytes);
  }

  /** It could not be opened: opening it again throws the same error. */
  fail(error: unknown): this {
    this.#failure = { error };
    this.#bytes = NO_BYTES;
    return this;
  }

  /** The value. @throws {SerializationError} If the bytes are no value. */
  open(): unknown {
    if (this.#failure) throw this.#failure.error;
    if (this.#attachments.length === 0) return decode(this.#bytes, this); // FAST PATH
    try {
      return decode(this.#bytes, this);
    } finally {
      this.#dropRest();
    }
  }

  /** Imports the modules that the value needs, and opens it. */
  async openAsync(): Promise<unknown> {
    this.#bytes = this.#bytes.slice();
    try {
      await prepare(this.#bytes);
    } catch (error) {
      this.#dropRest();
      throw error;
    }
    return this.open();
  }

  /** Copies the bytes out of scratch memory, for a parcel that is not opened at once. */
  keep(): this {
    this.#bytes = this.#bytes.slice();
    return this;
  }

  /** Frees the attachments of a parcel that is not opened. */
  discard(): void {
    this.#dropRest();
  }

  take(index: number): number {
    const attachment = this.#claim(index);
    return attachment.at;
  }

  takeBytes(index: number): Uint8Array<ArrayBuffer> {
    const { at, sizeBytes } = this.#claim(index);
    const bytes = copyReceived(arena().bytesOf(at, 0, sizeBytes));
    arena().free(at);
    return bytes;
  }

  #claim(index: number): Attachment {
    const attachment = this.#attachments[index];
    if (!attachment) throw new SerializationError(`the message has no attachment ${index}`);
    this.#taken ??= new Set();
    if (this.#taken.has(index)) throw new InternalError(`attachment ${index} was taken twice`);
    this.#taken.add(index);
    return attachment;
  }

  #dropRest(): void {
    const { self } = Session.current();
    this.#attachments.forEach(({ at }, index) => {
      if (!this.#taken?.has(index)) dropAttachment(at, self);
    });
  }
}
