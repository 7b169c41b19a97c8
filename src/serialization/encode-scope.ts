// What the parts of the encoder see of it: a part writes the head of its kind of object and hands its members back.

import type { ShipmentWriter } from '../base/shippable.js';
import type { BufferTable } from './buffer-table.js';
import type { ByteWriter } from './byte-writer.js';
import type { FunctionReader } from './function-recipe.js';
import type { PathSegment, Places } from './value-path.js';

export interface EncodeScope {
  readonly out: ByteWriter;
  readonly writer: ShipmentWriter;
  readonly buffers: BufferTable;
  /** URLs that must be imported before the message is decoded. */
  readonly modules: Set<string>;
  /** Undefined until functions were installed. */
  readonly functions: FunctionReader | undefined;
  /** Inside of what a function closes over: what can't travel becomes poison instead of an error. */
  readonly lenient: boolean;

  /** The message names something of this library: one of its exports, or a handle of one of its objects. */
  usesLibrary(): void;
  /** Writes any value. */
  value(value: unknown): void;
  /** Writes a value that is found in the object being written, one step down the path. */
  member(segment: PathSegment, value: unknown): void;
  /** Runs `write` one step down the path. */
  step(segment: PathSegment, write: () => void): void;
  /** Writes own properties as a plain object's encoding, without a node of its own. */
  fields(object: object, keys: readonly string[]): void;
  /** The elements of an array, holes included, without a node of its own. */
  elements(array: readonly unknown[], places?: Places): void;
  /** The head of a plain object with these keys. */
  shape(keys: readonly string[]): void;
  /** Whether a plain object with these enumerable keys is nothing but them and their values. */
  isPlain(object: object, keys: readonly string[]): boolean;
  /** Many plain objects are coming, that many at most. */
  expect(count: number): void;
  /**
   * Whether a plain object is met for the first time; then it is numbered now.
   * @param hash Of its leading scalars; 0 if it has none.
   */
  isNew(object: object, hash: number): boolean;
  /** Numbers the object; its encoding must follow. */
  node(object: object): number;
  /** Whether the object was written before. */
  knows(object: object): boolean;
  /** Writes a reference if the object was written before. */
  repeat(object: object): boolean;
  /** While `write` runs, a reference to this node is an error, or calls `onReference` if given. */
  whileOpen(node: number, write: () => void, onReference?: () => void): void;
  /** Runs `write` with another leniency. */
  withLeniency(lenient: boolean, write: () => void): void;
  /**
   * Tries `write`; if the value can't travel, what it wrote is taken back and the error returned.
   * @param whatever Whether any error is taken for that, as one of a getter.
   */
  attempt(write: () => void, whatever?: boolean): Error | undefined;
  /** The present place, for messages. */
  where(): string;
  /** @throws {SerializationError} Always, naming the present place. */
  refuse(what: string, remedy?: string): never;
}
