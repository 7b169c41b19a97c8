// Writes one value as a message: scalars, plain objects and arrays here, everything else by the parts it calls.

import { NotShippableError, SerializationError } from '../base/errors.js';
import type { ShipmentWriter } from '../base/shippable.js';
import { isPlainData } from './accessors.js';
import { arrayHasMore, hashOfArray } from './array-facts.js';
import { BufferTable } from './buffer-table.js';
import { ByteWriter } from './byte-writer.js';
import { encodeElements } from './encode-elements.js';
import { encodeFunction } from './encode-function.js';
import type { EncodeScope } from './encode-scope.js';
import { encodeOddArray, encodeOddObject, encodeSpecialObject } from './encode-special.js';
import { encodeSymbol } from './encode-symbol.js';
import type { FunctionReader } from './function-recipe.js';
import { IdentityTable } from './identity-table.js';
import { isScalar } from './is-scalar.js';
import { SHAPE_KEYS_LIMIT, ShapeWriter } from './shape-writer.js';
import {
  BIGINT,
  BIGINT64,
  DICTIONARY,
  FALSE,
  FLAG_LIBRARY,
  FLAG_PREPARE,
  FLAG_REFERENCES,
  FLAG_TRAILER,
  NULL,
  POISON,
  REFERENCE,
  TRUE,
  UNDEFINED,
} from './tags.js';
import { DEPTH_LIMIT, type PathSegment, ValuePath } from './value-path.js';

const { getPrototypeOf, isExtensible, keys: keysOf } = Object;
const { isArray } = Array;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;

const noWriter = {} as ShipmentWriter;

export class Encoder implements EncodeScope {
  readonly out = new ByteWriter();
  readonly buffers = new BufferTable();
  readonly modules = new Set<string>();
  functions: FunctionReader | undefined;
  writer = noWriter;
  lenient = false;
  readonly #seen = new IdentityTable();
  readonly #shapes = new ShapeWriter();
  readonly #path = new ValuePath();
  /** Nodes that are being written and can't be referred to yet, with what a reference does. */
  readonly #open = new Map<number, (() => void) | undefined>();
  /** FLAG_REFERENCES and FLAG_LIBRARY, as found while writing. */
  #flags = 0;

  /** Writes a whole message. */
  run(value: unknown, writer: ShipmentWriter, root: string): Uint8Array {
    const { out } = this;
    out.reset();
    out.u8(0);
    this.writer = writer;
    this.#path.start(root);
    try {
      this.value(value);
      this.#finish();
      return out.view();
    } catch (error) {
      if (error instanceof RangeError && /call stack/.test(error.message)) this.refuse('nested too deeply');
      throw error;
    } finally {
      this.#clear();
    }
  }

  #finish(): void {
    const { out, modules, buffers } = this;
    let flags = this.#flags;
    if (modules.size > 0 || buffers.count > 0) {
      flags |= FLAG_TRAILER;
      if (modules.size > 0) flags |= FLAG_PREPARE;
      const start = out.at;
      out.varint(modules.size);
      for (const url of modules) out.string(url);
      buffers.write(out, this.writer);
      out.reserve(4);
      out.at = out.bytes.writeUInt32LE(start, out.at);
    }
    out.bytes[0] = flags;
  }

  #clear(): void {
    this.writer = noWriter;
    this.lenient = false;
    this.#flags = 0;
    this.#seen.clear();
    this.#shapes.clear();
    this.#path.clear();
    if (this.#open.size > 0) this.#open.clear();
    if (this.modules.size > 0) this.modules.clear();
    this.buffers.clear();
  }

  usesLibrary(): void {
    this.#flags |= FLAG_LIBRARY;
  }

  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.out.string(value);
        return;
      case 'number':
        this.out.number(value);
        return;
      case 'boolean':
        this.out.u8(value ? TRUE : FALSE);
        return;
      case 'undefined':
        this.out.u8(UNDEFINED);
        return;
      case 'object':
        if (value === null) this.out.u8(NULL);
        else this.#object(value);
        return;
      case 'bigint':
        this.#bigint(value);
        return;
      case 'symbol':
        encodeSymbol(this, value);
        return;
      default:
        if (!this.repeat(value as object)) encodeFunction(this, value as () => void);
    }
  }

  #object(value: object): void {
    const prototype = getPrototypeOf(value);
    if (prototype === objectPrototype) this.#plain(value);
    else if (isArray(value)) this.#array(value, prototype === arrayPrototype);
    else if (!this.repeat(value)) encodeSpecialObject(this, value, prototype);
  }

  #plain(value: object): void {
    const keys = keysOf(value);
    if (!isPlainData(value, keys)) {
      if (!this.repeat(value)) encodeOddObject(this, value, keys);
      return;
    }
    if (this.#seen.isLarge && keys.length <= SHAPE_KEYS_LIMIT) {
      this.#manyth(value, keys);
      return;
    }
    const known = this.#seen.findOrAdd(value);
    if (known < 0) this.fields(value, keys);
    else this.#refer(known);
  }

  /** A plain object in a big message: its first scalars are written, and taken back if it is a repetition. */
  #manyth(value: object, keys: readonly string[]): void {
    const { out } = this;
    const start = out.at;
    const shapes = this.#shapes.count;
    this.#shapes.write(keys, out);
    const body = out.at;
    const scalars = this.#leadingScalars(value as Record<string, unknown>, keys);
    const seen = this.#seen;
    const known = scalars > 0 ? seen.findOrAddLike(value, out.hashFrom(body)) : seen.findOrAdd(value);
    if (known >= 0) {
      out.at = start;
      this.#shapes.truncate(shapes);
      this.#refer(known);
    } else if (scalars < keys.length) {
      this.#fieldsFrom(scalars, value as Record<string, unknown>, keys);
    }
  }

  /** Writes the values before the first that is an object. @returns How many. */
  #leadingScalars(record: Record<string, unknown>, keys: readonly string[]): number {
    const { out } = this;
    const length = keys.length;
    for (let i = 0; i < length; i++) {
      const value = record[keys[i]];
      if (typeof value === 'string') out.string(value);
      else if (typeof value === 'number') out.number(value);
      else if (isScalar(value)) this.value(value);
      else return i;
    }
    return length;
  }

  fields(object: object, keys: readonly string[]): void {
    const length = keys.length;
    const record = object as Record<string, unknown>;
    if (length > SHAPE_KEYS_LIMIT) {
      this.out.u8(DICTIONARY);
      this.out.varint(length);
      for (let i = 0; i < length; i++) {
        this.out.string(keys[i]);
        this.member(keys[i], record[keys[i]]);
      }
      return;
    }
    this.#shapes.write(keys, this.out);
    this.#fieldsFrom(0, record, keys);
  }

  #fieldsFrom(start: number, record: Record<string, unknown>, keys: readonly string[]): void {
    const length = keys.length;
    for (let i = start; i < length; i++) {
      const key = keys[i];
      const value = record[key];
      if (typeof value === 'string') this.out.string(value);
      else if (typeof value === 'number') this.out.number(value);
      else this.member(key, value);
    }
  }

  #array(array: unknown[], isExact: boolean): void {
    if (!isExact || !isExtensible(array) || arrayHasMore(array)) {
      if (!this.repeat(array)) encodeOddArray(this, array);
      return;
    }
    const seen = this.#seen;
    const hash = seen.isLarge ? hashOfArray(array) : 0;
    const known = hash === 0 ? seen.findOrAdd(array) : seen.findOrAddLike(array, hash);
    if (known < 0) encodeElements(this, array);
    else this.#refer(known);
  }

  elements(array: readonly unknown[]): void {
    encodeElements(this, array);
  }

  #bigint(value: bigint): void {
    const { out } = this;
    if (BigInt.asIntN(64, value) === value) {
      out.u8(BIGINT64);
      out.reserve(8);
      out.at = out.bytes.writeBigInt64LE(value, out.at);
      return;
    }
    out.u8(BIGINT);
    out.u8(value < 0n ? 1 : 0);
    out.string((value < 0n ? -value : value).toString(16));
  }

  member(segment: PathSegment, value: unknown): void {
    if (
      value === null ||
      (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
    ) {
      this.value(value);
      return;
    }
    const path = this.#path;
    path.push(segment);
    if (path.depth > DEPTH_LIMIT) this.refuse('nested too deeply');
    if (this.lenient) {
      const error = this.attempt(() => this.value(value));
      if (error) {
        this.out.u8(POISON);
        this.out.string(error.message);
      }
    } else {
      this.value(value);
    }
    path.depth--;
  }

  step(segment: PathSegment, write: () => void): void {
    this.#path.push(segment);
    if (this.#path.depth > DEPTH_LIMIT) this.refuse('nested too deeply');
    write();
    this.#path.depth--;
  }

  node(object: object): number {
    return this.#seen.add(object);
  }

  knows(object: object): boolean {
    return this.#seen.find(object) >= 0;
  }

  repeat(object: object): boolean {
    const number = this.#seen.find(object);
    if (number < 0) return false;
    this.#refer(number);
    return true;
  }

  #refer(number: number): void {
    if (this.#open.size > 0 && this.#open.has(number)) {
      const onReference = this.#open.get(number);
      if (!onReference) this.refuse('refers back to an object whose own form is being made from it');
      onReference();
    }
    this.#flags |= FLAG_REFERENCES;
    this.out.u8(REFERENCE);
    this.out.varint(number);
  }

  whileOpen(node: number, write: () => void, onReference?: () => void): void {
    this.#open.set(node, onReference);
    write();
    this.#open.delete(node);
  }

  withLeniency(lenient: boolean, write: () => void): void {
    const before = this.lenient;
    this.lenient = lenient;
    try {
      write();
    } finally {
      this.lenient = before;
    }
  }

  attempt(write: () => void, whatever = false): Error | undefined {
    const { out } = this;
    const [at, nodes, shapes, buffers] = [out.at, this.#seen.count, this.#shapes.count, this.buffers.count];
    const { depth } = this.#path;
    try {
      write();
      return undefined;
    } catch (error) {
      const refused = error instanceof SerializationError || error instanceof NotShippableError;
      if (!refused && !whatever) throw error;
      out.at = at;
      this.#seen.truncate(nodes);
      this.#shapes.truncate(shapes);
      this.buffers.truncate(buffers);
      for (const node of this.#open.keys()) if (node >= nodes) this.#open.delete(node);
      this.#path.depth = depth;
      return refused ? error : new SerializationError('a value threw while it was read', { cause: error });
    }
  }

  where(): string {
    return this.#path.toString();
  }

  refuse(what: string, remedy?: string): never {
    throw new SerializationError(`${this.where()}: ${what}${remedy ? ` (${remedy})` : ''}`);
  }
}
