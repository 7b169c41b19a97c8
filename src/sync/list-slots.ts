// The memory of a ShareableList: a slot for each value, and room for each value twice.
//
//   ┌───────────────┬─────────────────────────────────┬───────────────────────────────────────────────┐
//   │ header, 64 B  │ slot, 32 B  × count             │ room 0a │ room 0b │ room 1a │ room 1b │ …      │
//   └───────────────┴─────────────────────────────────┴───────────────────────────────────────────────┘
//   header   0 magic │ 4 version │ 8 count f64
//   slot     0 what is there: change (24 bits) │ side a or b (1) │ tag (7) │ length (32)        one 64-bit word
//            8 who is writing: start time (41) │ pid (22), or 0                                  one 64-bit word
//           16 where its rooms are, f64      24 bytes of one room, f64
//
// A writer fills the side that is not in use and then turns the word: one store. So a reader finds the old value or the
// new one, never half of each, and a writer that is killed leaves the old one. Writers of one slot take turns; a dead one
// is passed over, by the kernel's word, in programs that know nothing of each other.

import { SerializationError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import { isAlive, ownIdentity } from '../platform/process-identity.js';
import { type PackedValue, roomFor } from './list-value.js';

const MAGIC = 0x6d68736c; // "mhsl"
const VERSION = 1;
const HEADER_BYTES = 64;
const SLOT_BYTES = 32;
/** How often who waits for a writer looks before it asks the kernel whether that is alive. */
const SPINS = 1000;
const READ_ATTEMPTS = 50;

const PID_BITS = 22n;
const START_BITS = 41n;

export class ListSlots {
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #words: BigInt64Array;

  /** @throws {SerializationError} If the memory holds no list. */
  constructor(buffer: ArrayBuffer) {
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#words = new BigInt64Array(buffer, 0, Math.floor(buffer.byteLength / 8));
    this.count = this.#checkedCount();
    for (let index = 0; index < this.count; index++) this.#roomOf(index);
  }

  /** How many bytes a list of these values takes. */
  static sizeOf(values: readonly PackedValue[]): number {
    return values.reduce((sum, value) => sum + 2 * roomFor(value), HEADER_BYTES + values.length * SLOT_BYTES);
  }

  /** Makes zeroed memory of that size a list. */
  static write(buffer: ArrayBuffer, values: readonly PackedValue[]): void {
    const view = new DataView(buffer);
    view.setFloat64(8, values.length, true);
    let at = HEADER_BYTES + values.length * SLOT_BYTES;
    for (const [index, value] of values.entries()) {
      const slot = HEADER_BYTES + index * SLOT_BYTES;
      view.setFloat64(slot + 16, at, true);
      view.setFloat64(slot + 24, roomFor(value), true);
      view.setBigInt64(slot, descriptor(0, 0, value), true);
      new Uint8Array(buffer, at).set(value.bytes);
      at += 2 * roomFor(value);
    }
    view.setUint32(4, VERSION, true);
    view.setUint32(0, MAGIC, true);
  }

  /** The value of a slot; its bytes are a copy. */
  read(index: number): PackedValue {
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const { before, value } = this.#copy(index);
      // SYNC POINT list.turn: pairs with the store in `write`. A change, not a load: what was read stays before it.
      if (Atomics.or(this.#words, wordOf(index), 0n) === before) return value;
    }
    // Writers that never pause are always faster: make them.
    return this.#exclusively(index, () => this.#copy(index).value);
  }

  /** @throws {RangeError} If the value is longer than the room the slot was made with. */
  write(index: number, value: PackedValue): void {
    const { at, room } = this.#roomOf(index);
    if (value.bytes.length > room) {
      throw new RangeError(
        `element ${index} has room for ${room} bytes, and the new value has ${value.bytes.length}: a ShareableList never grows`,
      );
    }
    const word = wordOf(index);
    this.#exclusively(index, () => {
      const { side, change } = fieldsOf(Atomics.load(this.#words, word));
      const other = 1 - side;
      this.#bytes.set(value.bytes, at + other * room);
      CHAOS: killPoint('list.set.half');
      // SYNC POINT list.turn: pairs with `read`.
      Atomics.store(this.#words, word, descriptor(change + 1, other, value));
    });
  }

  #copy(index: number): { before: bigint; value: PackedValue } {
    const { at, room } = this.#roomOf(index);
    const before = Atomics.load(this.#words, wordOf(index));
    const { side, tag, length } = fieldsOf(before);
    if (length > room) throw damaged(`value ${index} is longer than its room`);
    const from = at + side * room;
    return { before, value: { tag, bytes: this.#bytes.slice(from, from + length) } };
  }

  /** With no other writer of the slot: for a few instructions, so that who waits for it spins. */
  #exclusively<R>(index: number, act: () => R): R {
    const word = wordOf(index) + 1;
    const own = writerWord(ownIdentity());
    for (let spin = 1; ; spin++) {
      const holder = Atomics.compareExchange(this.#words, word, 0n, own);
      if (holder === 0n) break;
      if (spin % SPINS !== 0 || isAlive(writerOf(holder))) continue;
      if (Atomics.compareExchange(this.#words, word, holder, own) === holder) break;
    }
    try {
      return act();
    } finally {
      Atomics.store(this.#words, word, 0n);
    }
  }

  #checkedCount(): number {
    const { byteLength } = this.#view;
    if (byteLength < HEADER_BYTES || this.#view.getUint32(0, true) !== MAGIC)
      throw damaged('there is no list in it');
    if (this.#view.getUint32(4, true) !== VERSION) throw damaged('it is of another version of the library');
    const count = this.#view.getFloat64(8, true);
    if (!Number.isInteger(count) || count < 0 || HEADER_BYTES + count * SLOT_BYTES > byteLength) {
      throw damaged(`it can't have ${count} elements`);
    }
    return count;
  }

  #roomOf(index: number): { at: number; room: number } {
    const slot = HEADER_BYTES + index * SLOT_BYTES;
    const at = this.#view.getFloat64(slot + 16, true);
    const room = this.#view.getFloat64(slot + 24, true);
    const least = HEADER_BYTES + this.count * SLOT_BYTES;
    const fits = at >= least && room >= 8 && at + 2 * room <= this.#view.byteLength;
    if (!fits || !Number.isInteger(at) || !Number.isInteger(room))
      throw damaged(`value ${index} is nowhere in it`);
    return { at, room };
  }
}

/** Index of the first 64-bit word of a slot. */
function wordOf(index: number): number {
  return (HEADER_BYTES + index * SLOT_BYTES) / 8;
}

function descriptor(change: number, side: number, { tag, bytes }: PackedValue): bigint {
  const high = ((change & 0xffffff) << 8) | (side << 7) | tag;
  return BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(bytes.length));
}

function fieldsOf(word: bigint): { change: number; side: number; tag: number; length: number } {
  const high = Number(BigInt.asUintN(32, word >> 32n));
  return {
    change: high >>> 8,
    side: (high >>> 7) & 1,
    tag: high & 0x7f,
    length: Number(BigInt.asUintN(32, word)),
  };
}

function writerWord({ pid, startTime }: { pid: number; startTime: number }): bigint {
  return (BigInt.asUintN(Number(START_BITS), BigInt(startTime)) << PID_BITS) | BigInt(pid);
}

function writerOf(word: bigint): { pid: number; startTime: number } {
  return { pid: Number(BigInt.asUintN(Number(PID_BITS), word)), startTime: Number(word >> PID_BITS) };
}

function damaged(what: string): SerializationError {
  return new SerializationError(`the shared memory is no intact ShareableList: ${what}`);
}
