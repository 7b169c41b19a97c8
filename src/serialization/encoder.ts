// Writes one value as a message: scalars, plain objects and arrays here, everything else by the parts it calls.

import { NotShippableError, SerializationError } from '../base/errors.js';
import type { ShipmentWriter } from '../base/shippable.js';
import { isPlainData } from './accessors.js';
import { arrayHasMore } from './array-facts.js';
import { kindOfArray, UNKNOWN_ARRAY } from './array-kind.js';
import { BufferTable } from './buffer-table.js';
import { ByteWriter } from './byte-writer.js';
import { encodeBigInt } from './encode-bigint.js';
import { encodeDictionary } from './encode-dictionary.js';
import { encodeElements } from './encode-elements.js';
import { encodeFunction } from './encode-function.js';
import type { EncodeScope } from './encode-scope.js';
import { encodeOddArray, encodeOddObject, encodeSpecialObject } from './encode-special.js';
import { encodeSymbol } from './encode-symbol.js';
import { writeTrailer } from './encode-trailer.js';
import type { FunctionReader } from './function-recipe.js';
import { IdentityTable } from './identity-table.js';
import { HASHED, hashOfArray, hashOfScalar, mixHash } from './likeness-hash.js';
import { SHAPE_KEYS_LIMIT, type Shape, ShapeWriter } from './shape-writer.js';
import {
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
import { DEPTH_LIMIT, type PathSegment, type Places, ValuePath } from './value-path.js';

const { getPrototypeOf, isExtensible, keys: keysOf, prototype: objectPrototype } = Object;
const { isArray, prototype: arrayPrototype } = Array;

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
  #isFlat = false;
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
      if (this.#isFlat) encodeElements(this, value as unknown[], undefined, kindOfArray(value as unknown[]));
      else this.value(value);
      this.#finish();
      return out.view();
    } catch (error) {
      if (error instanceof RangeError && /call stack/.test(error.message)) this.refuse('nested too deeply');
      throw error;
    } finally {
      this.#clear();
    }
  }

  /** Writes values as the elements of one message. @throws {SerializationError} If not all are scalars, or records of such. */
  runFlat(values: readonly unknown[]): Uint8Array {
    this.#isFlat = true;
    this.functions = undefined;
    return this.run(values, noWriter, 'values');
  }

  #finish(): void {
    const { out, modules, buffers } = this;
    if (modules.size > 0) this.#flags |= FLAG_PREPARE;
    if (modules.size > 0 || buffers.count > 0) {
      this.#flags |= FLAG_TRAILER;
      writeTrailer(out, modules, buffers, this.writer);
    }
    out.bytes[0] = this.#flags;
  }

  #clear(): void {
    this.writer = noWriter;
    this.lenient = this.#isFlat = false;
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
        encodeBigInt(this.out, value);
        return;
      case 'symbol':
        encodeSymbol(this, value);
        return;
      default:
        if (!this.repeat(value as object)) encodeFunction(this, value as () => void);
    }
  }

  #object(value: object): void {
    if (this.#isFlat) this.refuse('no scalar');
    const prototype = getPrototypeOf(value);
    if (prototype === objectPrototype) this.#plain(value);
    else if (isArray(value)) this.#array(value, prototype === arrayPrototype);
    else if (!this.repeat(value)) encodeSpecialObject(this, value, prototype);
  }

  #plain(value: object): void {
    const keys = keysOf(value);
    const isShaped = keys.length > 0 && keys.length <= SHAPE_KEYS_LIMIT;
    const shape = isShaped ? this.#shapes.find(keys) : undefined;
    if (!(shape ? shape.plain.covers(value, keys) : isPlainData(value, keys))) {
      if (!this.repeat(value)) encodeOddObject(this, value, keys);
      return;
    }
    if (shape && this.#seen.isLarge) {
      this.#manyth(value, shape);
      return;
    }
    const known = this.#seen.findOrAdd(value);
    if (known >= 0) this.#refer(known);
    else if (shape) {
      this.#shapes.head(shape, this.out);
      this.#fieldsFrom(0, value as Record<string, unknown>, keys);
    } else this.fields(value, keys);
  }

  /** A plain object in a big message: its first scalars are written, and taken back if it is a repetition. */
  #manyth(value: object, shape: Shape): void {
    const { out } = this;
    const { keys } = shape;
    const record = value as Record<string, unknown>;
    const start = out.at;
    const shapes = this.#shapes.count;
    this.#shapes.head(shape, out);
    let scalars = 0;
    let hash = 0;
    for (; scalars < keys.length && scalars < HASHED; scalars++) {
      const member = record[keys[scalars]];
      const part = hashOfScalar(member);
      if (part === 0) break;
      hash = mixHash(hash, part);
      this.value(member);
    }
    const known = this.#seen.findOrAddBy(value, scalars > 0 ? hash | 1 : 0);
    if (known < 0) {
      this.#fieldsFrom(scalars, record, keys);
      return;
    }
    out.at = start;
    this.#shapes.truncate(shapes);
    this.#refer(known);
  }

  expect(count: number): void {
    this.#seen.expect(count);
  }

  isNew(object: object, hash: number): boolean {
    return this.#seen.findOrAddBy(object, hash) < 0;
  }

  isPlain(object: object, keys: readonly string[]): boolean {
    return this.#shapes.find(keys).plain.covers(object, keys);
  }

  shape(keys: readonly string[]): void {
    this.#shapes.write(keys, this.out);
  }

  fields(object: object, keys: readonly string[]): void {
    const record = object as Record<string, unknown>;
    if (keys.length > SHAPE_KEYS_LIMIT) encodeDictionary(this, record, keys);
    else {
      this.#shapes.write(keys, this.out);
      this.#fieldsFrom(0, record, keys);
    }
  }

  #fieldsFrom(start: number, record: Record<string, unknown>, keys: readonly string[]): void {
    for (let i = start; i < keys.length; i++) {
      const value = record[keys[i]];
      if (typeof value === 'string') this.out.string(value);
      else if (typeof value === 'number') this.out.number(value);
      else this.member(keys[i], value);
    }
  }

  #array(array: unknown[], isExact: boolean): void {
    const kind = isExact ? kindOfArray(array) : UNKNOWN_ARRAY;
    if (kind === UNKNOWN_ARRAY && (!isExact || !isExtensible(array) || arrayHasMore(array))) {
      if (!this.repeat(array)) encodeOddArray(this, array);
      return;
    }
    if (this.#isNewArray(array)) encodeElements(this, array, undefined, kind);
  }

  #isNewArray(array: unknown[]): boolean {
    const known = this.#seen.findOrAddBy(array, this.#seen.isLarge ? hashOfArray(array) : 0);
    if (known >= 0) this.#refer(known);
    return known < 0;
  }

  elements(array: readonly unknown[], places?: Places): void {
    encodeElements(this, array, places, kindOfArray(array));
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
    const { out, modules } = this;
    const [at, nodes, shapes, buffers] = [out.at, this.#seen.count, this.#shapes.count, this.buffers.count];
    const [needed, flags, depth] = [modules.size, this.#flags, this.#path.depth];
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
      let kept = 0;
      for (const module of modules) if (++kept > needed) modules.delete(module);
      this.#flags = flags;
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
