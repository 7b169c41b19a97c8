// A frame of many items as one reader sees it: copied once, decoded once, whoever takes its items.
//
// Another reader may have taken some of them, or take some later: the segment says of each item who has it, this says what
// it is.

import { SerializationError } from '../base/errors.js';
import type { ShipmentReader } from '../base/shippable.js';
import type { Address } from '../memory/arena.js';
import { decode } from '../serialization/codec.js';
import { IncomingParcel } from './parcel.js';
import { MANY_HEADER_WORDS, manyFrameWords, type RingSegment } from './ring-segment.js';

const NO_BYTES = new Uint8Array(0);
/** Nothing hangs on such a frame. */
const noReader = {} as ShipmentReader;

export class FrameOfMany {
  readonly #at: Address;
  readonly #sequence: number;
  readonly #start: number;
  /** Items that the segment had before these. */
  readonly #before: number;
  readonly items: number;
  readonly #bytes: Uint8Array;
  #values: unknown[] | undefined;

  /** Copies the frame that begins at `start` in a segment. With the readers' latch held. */
  constructor(segment: RingSegment, start: number) {
    const { words, base } = segment;
    const at = base + start;
    this.#at = segment.at;
    this.#sequence = segment.takenSequence;
    this.#start = start;
    this.items = -words[at + 1];
    this.#before = words[at + 2];
    this.#bytes = segment.bytes.slice((at + MANY_HEADER_WORDS) * 4, (at + MANY_HEADER_WORDS) * 4 + words[at]);
  }

  isAt(segment: RingSegment, start: number): boolean {
    return this.#start === start && this.#at === segment.at && this.#sequence === segment.takenSequence;
  }

  /** Takes up to `most` of the items that nobody has taken. With the readers' latch held. */
  take(segment: RingSegment, most: number): ItemOfMany[] {
    const first = segment.takenHere - this.#before;
    const next = Math.min(this.items, first + most);
    const end = this.#start + (next === this.items ? manyFrameWords(this.#bytes.length) : 0);
    segment.take(next - first, end);
    const taken: ItemOfMany[] = [];
    for (let i = first; i < next; i++) taken.push(new ItemOfMany(this, i));
    return taken;
  }

  /** An item, which is asked for once. @throws {SerializationError} If the bytes are damaged. */
  item(index: number): unknown {
    this.#values ??= this.#decode();
    const value = this.#values[index];
    this.#values[index] = undefined; // not kept alive by the others
    return value;
  }

  #decode(): unknown[] {
    const values = decode(this.#bytes, noReader);
    if (!Array.isArray(values) || values.length !== this.items)
      throw new SerializationError('a frame of many items has another number of them');
    return values;
  }
}

/** One item of such a frame. */
class ItemOfMany extends IncomingParcel {
  readonly #frame: FrameOfMany;
  readonly #index: number;

  constructor(frame: FrameOfMany, index: number) {
    super(NO_BYTES);
    this.#frame = frame;
    this.#index = index;
  }

  override open(): unknown {
    return this.#frame.item(this.#index);
  }

  /** It is no scratch memory. */
  override keep(): this {
    return this;
  }
}
