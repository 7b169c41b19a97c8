// Frames made beforehand, outside the queue, to be written with one commit.

import type { OutgoingParcel } from './parcel.js';
import { frameWords } from './ring-segment.js';

/** A quarter of a ring segment: what is left empty at a segment's end stays small. */
const CAPACITY_WORDS = 2048;

export class FrameBatch {
  readonly #words = new Int32Array(CAPACITY_WORDS);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  /** Words used. */
  length = 0;
  frames = 0;

  get words(): Int32Array {
    return this.#words.subarray(0, this.length);
  }

  /** Adds a parcel as a frame; false if it does not fit, or has attachments. */
  add({ bytes, attachments }: OutgoingParcel): boolean {
    const words = frameWords(bytes.length, 0);
    if (attachments.length > 0 || this.length + words > CAPACITY_WORDS) return false;
    this.#words[this.length] = bytes.length;
    this.#words[this.length + 1] = 0;
    this.#bytes.set(bytes, (this.length + 2) * 4);
    this.length += words;
    this.frames++;
    return true;
  }

  clear(): void {
    this.length = 0;
    this.frames = 0;
  }
}
