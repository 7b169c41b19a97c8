// Key sequences of plain objects, written once per message and kept, ready made, from message to message.
//
//   NEW_SHAPE │ varint length of the block │ block: varint count, key strings │ values
//   60+n      │ values                                                           n: number of the shape in this message

import { ByteWriter } from './byte-writer.js';
import { PlainSample } from './plain-sample.js';
import { FAR_SHAPE, NEW_SHAPE, SHAPE, SHAPE_LIMIT } from './tags.js';

/** Objects with more keys are dictionaries: their keys are written with them. */
export const SHAPE_KEYS_LIMIT = 32;
const SHAPES_KEPT = 1024;
const BLOCK_KEPT_BYTES = 1024;

export class Shape {
  readonly keys: readonly string[];
  /** Tag, length and key block, as they stand in a message. */
  readonly header: Uint8Array;
  /** What is known of the plain objects with these keys. */
  readonly plain = new PlainSample();
  /** The message that knows the shape, and its number there. */
  message = 0;
  number = 0;
  /** The shape that was used after this one last time: the first guess for the next object. */
  next: Shape | undefined;

  constructor(keys: readonly string[], header: Uint8Array) {
    this.keys = keys;
    this.header = header;
  }
}

export class ShapeWriter {
  readonly #byKeys = new Map<string, Shape>();
  readonly #scratch = new ByteWriter();
  #message = 1;
  /** The shapes of this message, by number; what is behind `#usedCount` is of earlier ones. */
  readonly #used: Shape[] = [];
  #usedCount = 0;
  #last = new Shape([], new Uint8Array(0));

  get count(): number {
    return this.#usedCount;
  }

  /** Writes the head of an object with these keys; its values follow. */
  write(keys: readonly string[], out: ByteWriter): void {
    this.head(this.find(keys), out);
  }

  find(keys: readonly string[]): Shape {
    let shape = this.#last.next;
    if (shape === undefined || !same(shape.keys, keys)) {
      shape = this.#find(keys);
      this.#last.next = shape;
    }
    this.#last = shape;
    return shape;
  }

  /** As `write`, of a shape that `find` just returned. */
  head(shape: Shape, out: ByteWriter): void {
    if (shape.message === this.#message) {
      if (shape.number < SHAPE_LIMIT) {
        out.u8(SHAPE + shape.number);
      } else {
        out.u8(FAR_SHAPE);
        out.varint(shape.number);
      }
      return;
    }
    shape.message = this.#message;
    shape.number = this.#usedCount;
    this.#used[this.#usedCount++] = shape;
    const header = shape.header;
    const size = header.length;
    out.reserve(size);
    if (size > 64) {
      out.raw(header);
      return;
    }
    const { bytes, at } = out;
    for (let i = 0; i < size; i++) bytes[at + i] = header[i];
    out.at = at + size;
  }

  /** Forgets the shapes of this message from number `count` on. */
  truncate(count: number): void {
    while (this.#usedCount > count) this.#used[--this.#usedCount].message = 0;
  }

  /** Ends the message: the next one knows no shape. */
  clear(): void {
    this.#message++;
    this.#usedCount = 0;
    if (this.#used.length > 64) this.#used.length = 64;
    if (this.#byKeys.size > SHAPES_KEPT) this.#forget();
  }

  #forget(): void {
    this.#byKeys.clear();
    this.#last = new Shape([], new Uint8Array(0));
  }

  #find(keys: readonly string[]): Shape {
    // A length before each key keeps ['a', 'b'] and ['a\0b'] apart.
    let id = '';
    for (const key of keys) id += `${key.length}:${key}`;
    const known = this.#byKeys.get(id);
    if (known) return known;
    const shape = new Shape(keys, this.#header(keys));
    if (shape.header.length <= BLOCK_KEPT_BYTES) this.#byKeys.set(id, shape);
    return shape;
  }

  #header(keys: readonly string[]): Uint8Array {
    const scratch = this.#scratch;
    scratch.reset();
    scratch.varint(keys.length);
    for (const key of keys) scratch.string(key);
    const block = scratch.view().slice();
    scratch.reset();
    scratch.u8(NEW_SHAPE);
    scratch.varint(block.length);
    scratch.raw(block);
    return scratch.view().slice();
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  const length = a.length;
  if (length !== b.length) return false;
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}
