// What the parts of the decoder see of it.

import type { ShipmentReader } from '../base/shippable.js';
import type { ByteReader } from './byte-reader.js';
import type { FunctionLoader } from './function-recipe.js';
import type { ReceivedBuffer } from './received-buffers.js';
import type { ReadShape } from './shape-reader.js';

/** Takes the place of a value that could not travel, until its holder knows where it is. */
export class PoisonedPlace {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export interface DecodeScope {
  readonly input: ByteReader;
  readonly reader: ShipmentReader;
  readonly buffers: readonly ReceivedBuffer[];

  /** Reads any value; poison comes as an object that throws on every touch. */
  value(): unknown;
  /** Reads a value that becomes a property: poison comes as a PoisonedPlace. */
  property(): unknown;
  /** Reads an object. */
  object(): object;
  /** Keeps the number of an object that is made later, when `fill` is called with it. */
  reserve(): number;
  fill(node: number, object: object): void;
  /** Numbers an object that is there. */
  node<T extends object>(object: T): T;
  /** Reads own properties, written as a plain object's encoding, into an object. */
  fields(target: object): void;
  /** Reads the keys of a plain object; its values follow. */
  shape(): ReadShape;
  /** One level down; `leave` ends it. */
  enter(): void;
  leave(): void;
  /** Reads the elements of an array. */
  elements(target: unknown[]): void;
  /** @throws {NotShippableError} Before functions were installed. */
  loader(): FunctionLoader;
}

/** Sets a property whatever its name, without calling setters. */
export function defineValue(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
