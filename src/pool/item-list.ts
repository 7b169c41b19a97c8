// Several values in one frame, each of which can be opened by itself: one that can't be revived harms no other.
//
//   values     [ 17, 'abc', ·, 3.5, · ]      plain ones as they are, · for a packed one; many numbers, and nothing else, in a column
//   at         [ 2, 4 ]                      which are packed
//   sizes      [ 120, 64 ]                   bytes of each in the blob
//   blob       ▓▓▓▓▓▓▓▓▒▒▒▒                  their bytes, one after another
//   attached   [ 4, address, bytes, … ]      attachments of packed ones, by item

import type { Attachment } from '../channels/parcel.js';
import { ColumnWriter, type ItemValues } from './number-column.js';

/** What a list has besides its values; absent where all of them are plain. */
export type PackedPart = readonly [
  at: readonly number[],
  sizes: readonly number[],
  blob: Uint8Array,
  attached: readonly number[],
];

export interface ItemList {
  readonly values: ItemValues;
  readonly packed: PackedPart | undefined;
}

export class ItemListWriter {
  /** All of it, as long as it is nothing but numbers. */
  readonly #numbers = new ColumnWriter();
  #values: unknown[] = [];
  #at: number[] = [];
  #sizes: number[] = [];
  #attached: number[] = [];
  #bytes = new Uint8Array(1024);
  #used = 0;

  get count(): number {
    return this.#values.length || this.#numbers.count;
  }

  /** Bytes of the packed values. */
  get packedBytes(): number {
    return this.#used;
  }

  plain(value: unknown): void {
    if (this.#values.length === 0 && this.#numbers.add(value)) return; // FAST PATH
    this.#endNumbers();
    this.#values.push(value);
  }

  packed(bytes: Uint8Array, attachments?: readonly Attachment[]): void {
    this.#endNumbers();
    const index = this.#values.push(undefined) - 1;
    this.#at.push(index);
    this.#sizes.push(bytes.length);
    if (attachments) for (const { at, sizeBytes } of attachments) this.#attached.push(index, at, sizeBytes);
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** The list, to be encoded at once; the writer is empty afterwards. */
  take(): ItemList {
    if (this.#values.length === 0) return { values: this.#numbers.take(), packed: undefined }; // FAST PATH
    const blob = this.#bytes.subarray(0, this.#used);
    const list: ItemList = {
      values: this.#values,
      packed: this.#at.length === 0 ? undefined : [this.#at, this.#sizes, blob, this.#attached],
    };
    this.#values = [];
    this.#at = [];
    this.#sizes = [];
    this.#attached = [];
    this.#used = 0;
    if (this.#bytes.length > LARGEST_KEPT) this.#bytes = new Uint8Array(1024);
    return list;
  }

  /** Something else comes. */
  #endNumbers(): void {
    if (this.#numbers.count > 0) this.#values = Array.from(this.#numbers.take());
  }

  #makeRoom(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.#used + more));
    bytes.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = bytes;
  }
}

const LARGEST_KEPT = 1024 * 1024;

/** One packed value of a list. */
export interface PackedItem {
  readonly bytes: Uint8Array;
  readonly attachments: readonly Attachment[];
}

/** Reads the packed values of a list from the front. */
export class PackedReader {
  readonly #part: PackedPart | undefined;
  #next = 0;
  #offset = 0;

  constructor(part: PackedPart | undefined) {
    this.#part = part;
  }

  /** The packed value at an index, or undefined if that one is plain. Indices must be asked for in order. */
  at(index: number): PackedItem | undefined {
    if (!this.#part) return undefined; // FAST PATH
    const [at, sizes, blob, attached] = this.#part;
    if (at[this.#next] !== index) return undefined;
    const start = this.#offset;
    this.#offset += sizes[this.#next++];
    return { bytes: blob.subarray(start, this.#offset), attachments: attachmentsOf(attached, index) };
  }
}

const NO_ATTACHMENTS: readonly Attachment[] = [];

function attachmentsOf(attached: readonly number[], index: number): readonly Attachment[] {
  if (attached.length === 0) return NO_ATTACHMENTS; // FAST PATH
  const found: Attachment[] = [];
  for (let i = 0; i < attached.length; i += 3) {
    if (attached[i] === index) found.push({ at: attached[i + 1], sizeBytes: attached[i + 2] });
  }
  return found;
}
