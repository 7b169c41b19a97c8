// A value as bytes inside of a frame, unless it needs shared memory of its own.

import type { ShipmentWriter } from '../base/shippable.js';
import { Session } from '../memory/session.js';
import { encode } from '../serialization/codec.js';
import { dropAttachment } from '../sync/attachment.js';

/** Finds out whether a value needs shared memory of its own. */
class AttachmentProbe implements ShipmentWriter {
  #found: number[] | undefined;
  needed = false;

  attach(address: number): number {
    this.needed = true;
    this.#found ??= [];
    return this.#found.push(address) - 1;
  }

  attachBytes(): number {
    this.needed = true;
    return 0;
  }

  drop(): void {
    const { self } = Session.current();
    for (const at of this.#found ?? []) dropAttachment(at, self);
  }
}

/** Large enough to be worth a frame of its own. */
const LARGE_BYTES = 16 * 1024;

/** The value's bytes; undefined if it must travel in a frame of its own. @throws {SerializationError} If it can't travel. */
export function encodeInline(value: unknown, root: string): Uint8Array | undefined {
  if (ArrayBuffer.isView(value) && value.byteLength >= LARGE_BYTES) return undefined;
  const probe = new AttachmentProbe();
  try {
    const bytes = encode(value, probe, root);
    return probe.needed ? undefined : bytes;
  } finally {
    probe.drop();
  }
}
