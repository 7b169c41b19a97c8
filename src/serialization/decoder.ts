// Reads one message back into a value: scalars, plain objects and arrays here, everything else by the parts it calls.

import { NotShippableError, SerializationError } from '../base/errors.js';
import type { ShipmentReader } from '../base/shippable.js';
import { ByteReader } from './byte-reader.js';
import { readArray, readElements } from './decode-elements.js';
import { decodeFunction } from './decode-function.js';
import { type DecodeScope, defineValue, PoisonedPlace } from './decode-scope.js';
import { decodeSpecial } from './decode-special.js';
import type { FunctionLoader } from './function-recipe.js';
import { readNumbers } from './number-arrays.js';
import { definePoison, poisonObject } from './poison.js';
import { type ReceivedBuffer, readBuffers } from './received-buffers.js';
import { type ReadShape, readShape } from './shape-reader.js';
import { readStrings } from './string-arrays.js';
import {
  ARRAY,
  DICTIONARY,
  DOUBLE,
  DOUBLES,
  FALSE,
  FAR_SHAPE,
  FLAG_REFERENCES,
  FLAG_TRAILER,
  FLAGS_UNUSED,
  FUNCTION_NAMED,
  INT32S,
  INTEGER,
  LATIN1,
  NEW_SHAPE,
  NULL,
  POISON,
  REFERENCE,
  SHAPE,
  SHAPE_LIMIT,
  SHORT_STRING,
  SMALL_INT_END,
  STRINGS,
  TRUE,
  UNDEFINED,
  UTF16,
} from './tags.js';

/** Above that of the encoder, whose steps count members only. */
const DEPTH_LIMIT = 6000;
const noReader = {} as ShipmentReader;
const noBuffers: readonly ReceivedBuffer[] = [];
const noBytes = new Uint8Array(0);

export class Decoder implements DecodeScope {
  readonly input: ByteReader = new ByteReader();
  reader = noReader;
  functions: FunctionLoader | undefined;
  buffers = noBuffers;
  /** Kept only where the message refers back. */
  #nodes: (object | undefined)[] = [];
  #shapes: ReadShape[] = [];
  #hasReferences = false;
  #depth = 0;

  run(bytes: Uint8Array, reader: ShipmentReader): unknown {
    const { input } = this;
    input.open(bytes);
    this.reader = reader;
    this.#depth = 0;
    try {
      const flags = input.u8();
      if ((flags & FLAGS_UNUSED) !== 0) input.corrupt('the first byte is unknown');
      this.#hasReferences = (flags & FLAG_REFERENCES) !== 0;
      if ((flags & FLAG_TRAILER) !== 0) this.#readTrailer();
      const value = this.value();
      if (input.at !== input.end) input.corrupt('more bytes follow');
      return value;
    } finally {
      this.#clear();
    }
  }

  #readTrailer(): void {
    const { input } = this;
    const start = readTrailerUrls(input).start;
    this.buffers = readBuffers(input, this.reader);
    input.at = 1;
    input.end = start;
  }

  #clear(): void {
    this.input.open(noBytes);
    this.reader = noReader;
    if (this.#hasReferences) this.#nodes = [];
    if (this.#shapes.length > 0) this.#shapes = [];
    this.buffers = noBuffers;
    this.#hasReferences = false;
  }

  value(): unknown {
    const value = this.property();
    return value instanceof PoisonedPlace ? poisonObject(value.message) : value;
  }

  property(): unknown {
    const { input } = this;
    const tag = input.u8();
    if (tag < SMALL_INT_END) return tag;
    if (tag < SHAPE) return input.latin1(tag - SHORT_STRING);
    if (tag < SHAPE + SHAPE_LIMIT) return this.#plain(this.#shape(tag - SHAPE));
    switch (tag) {
      case UNDEFINED:
        return undefined;
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case INTEGER: {
        const value = input.varint();
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
      case DOUBLE:
        return input.float64();
      case LATIN1:
        return input.latin1(input.count(1));
      case UTF16:
        return input.utf16();
      case NEW_SHAPE:
        return this.#plain(this.#newShape());
      case FAR_SHAPE:
        return this.#plain(this.#shape(input.varint()));
      case ARRAY: {
        const array: unknown[] = this.node([]);
        readArray(this, array);
        return array;
      }
      case INT32S:
      case DOUBLES:
        return this.node(readNumbers(input, tag));
      case STRINGS:
        return this.node(readStrings(input));
      case REFERENCE:
        return this.#reference();
      case POISON:
        return new PoisonedPlace(input.string());
      case DICTIONARY: {
        const object = this.node({});
        this.#dictionary(object);
        return object;
      }
      default:
        this.enter();
        try {
          return tag >= FUNCTION_NAMED ? decodeFunction(this, tag) : decodeSpecial(this, tag);
        } finally {
          this.leave();
        }
    }
  }

  object(): object {
    const value = this.property();
    if (
      (typeof value !== 'object' && typeof value !== 'function') ||
      value === null ||
      value instanceof PoisonedPlace
    ) {
      this.input.corrupt('an object is missing');
    }
    return value;
  }

  enter(): void {
    if (++this.#depth > DEPTH_LIMIT) this.input.corrupt('they are nested too deeply');
  }

  leave(): void {
    this.#depth--;
  }

  #shape(number: number): ReadShape {
    return this.#shapes[number] ?? this.input.corrupt(`shape ${number} is unknown`);
  }

  #newShape(): ReadShape {
    const shape = readShape(this.input);
    this.#shapes.push(shape);
    return shape;
  }

  #plain(shape: ReadShape): object {
    const object: Record<string, unknown> = {};
    if (this.#hasReferences) this.#nodes.push(object);
    this.#fill(object, shape);
    return object;
  }

  #fill(object: object, shape: ReadShape): void {
    this.enter();
    const { keys, special } = shape;
    const record = object as Record<string, unknown>;
    for (let i = 0; i < keys.length; i++) {
      const value = this.property();
      if (special || (typeof value === 'object' && value instanceof PoisonedPlace))
        this.#set(object, keys[i], value);
      else record[keys[i]] = value;
    }
    this.leave();
  }

  #set(object: object, key: string, value: unknown): void {
    if (value instanceof PoisonedPlace) definePoison(object, key, value.message);
    else defineValue(object, key, value);
  }

  #dictionary(object: object): void {
    const { input } = this;
    this.enter();
    const count = input.count(2);
    for (let i = 0; i < count; i++) {
      const key = input.string();
      this.#set(object, key, this.property());
    }
    this.leave();
  }

  fields(target: object): void {
    const tag = this.input.u8();
    if (tag === DICTIONARY) this.#dictionary(target);
    else this.#fillOwn(target, this.#shapeOf(tag));
  }

  shape(): ReadShape {
    return this.#shapeOf(this.input.u8());
  }

  #shapeOf(tag: number): ReadShape {
    if (tag >= SHAPE && tag < SHAPE + SHAPE_LIMIT) return this.#shape(tag - SHAPE);
    if (tag === NEW_SHAPE) return this.#newShape();
    if (tag === FAR_SHAPE) return this.#shape(this.input.varint());
    return this.input.corrupt('properties are missing');
  }

  /** Into an object with a prototype, whose setters must not run: assignment is safe only where nothing is inherited. */
  #fillOwn(target: object, shape: ReadShape): void {
    this.enter();
    const record = target as Record<string, unknown>;
    for (const key of shape.keys) {
      const value = this.property();
      if (key in target || (typeof value === 'object' && value instanceof PoisonedPlace))
        this.#set(target, key, value);
      else record[key] = value;
    }
    this.leave();
  }

  elements(target: unknown[]): void {
    readElements(this, target);
  }

  #reference(): object {
    const number = this.input.varint();
    return this.#nodes[number] ?? this.input.corrupt(`object ${number} is not there yet`);
  }

  node<T extends object>(object: T): T {
    if (this.#hasReferences) this.#nodes.push(object);
    return object;
  }

  reserve(): number {
    return this.#hasReferences ? this.#nodes.push(undefined) - 1 : -1;
  }

  fill(node: number, object: object): void {
    if (node >= 0) this.#nodes[node] = object;
  }

  loader(): FunctionLoader {
    if (this.functions) return this.functions;
    throw new NotShippableError('a function was received, but no function shipper is installed');
  }
}

/** Reads the trailer's list of URLs; afterwards the input stands behind it. */
export function readTrailerUrls(input: ByteReader): { urls: string[]; start: number } {
  const end = input.end - 4;
  if (end < 1) input.corrupt('they end too early');
  const b = input.bytes;
  const start = (b[end] | (b[end + 1] << 8) | (b[end + 2] << 16) | (b[end + 3] << 24)) >>> 0;
  if (start > end || start < 1)
    throw new SerializationError('received bytes are no value: the trailer is elsewhere');
  input.at = start;
  input.end = end;
  const urls: string[] = [];
  for (let left = input.count(1); left > 0; left--) urls.push(input.string());
  return { urls, start };
}
