// A parcel in memory, and functions that travel by a table: what the codec needs around it.

import { NotShippableError } from '../../src/base/errors.js';
import {
  registerShippable,
  SHIP,
  type ShipmentReader,
  type ShipmentWriter,
} from '../../src/base/shippable.js';
import { decode, encode } from '../../src/serialization/codec.js';
import type {
  AnyFunction,
  CapturedCode,
  CapturedValue,
  FunctionLoader,
  FunctionReader,
  FunctionRecipe,
} from '../../src/serialization/function-recipe.js';

export class Parcel implements ShipmentWriter, ShipmentReader {
  readonly addresses: number[] = [];
  readonly payloads: Uint8Array<ArrayBuffer>[] = [];

  attach(address: number): number {
    return this.addresses.push(address) - 1;
  }
  attachBytes(bytes: Uint8Array): number {
    return this.payloads.push(new Uint8Array(bytes)) - 1;
  }
  take(index: number): number {
    return this.addresses[index];
  }
  takeBytes(index: number): Uint8Array<ArrayBuffer> {
    const bytes = this.payloads[index];
    if (!bytes) throw new RangeError(`no payload ${index}`);
    return bytes;
  }
}

export function roundtrip<T>(value: T, root?: string): T {
  const parcel = new Parcel();
  const bytes = encode(value, parcel, root).slice();
  const received = decode(bytes, parcel);
  bytes.fill(0xff); // The value must not depend on the bytes any more.
  return received as T;
}

/** An object that travels as a handle and owns an address on the way. */
export class Door {
  readonly address: number;
  constructor(address: number) {
    this.address = address;
  }
  [SHIP](writer: ShipmentWriter) {
    return { kind: 'test.Door', data: { index: writer.attach(this.address) } };
  }
}
registerShippable('test.Door', (data, reader) => new Door(reader.take((data as { index: number }).index)));

const recipes = new Map<AnyFunction, () => FunctionRecipe>();
const makers = new Map<string, (captured: readonly unknown[]) => AnyFunction>();
export const prepared: string[] = [];

/** Says that a function goes by capture: `make` builds it from the captured values, which are read when it is sent. */
export function captures(
  fn: AnyFunction,
  names: string[],
  read: () => CapturedValue[],
  make: (captured: readonly unknown[]) => AnyFunction,
  modules: string[] = [],
): void {
  const hash = `${fn.name}-${recipes.size}`;
  makers.set(hash, make);
  const code: CapturedCode = {
    hash,
    source: fn.toString(),
    url: 'file:///x.ts',
    line: 1,
    column: 1,
    names,
    modules,
  };
  recipes.set(fn, () => ({ how: 'capture', code, captured: read() }));
}

export function goesByName(fn: AnyFunction, name: string): void {
  recipes.set(fn, () => ({ how: 'name', name }));
  byName.set(name, fn);
}

const byName = new Map<string, unknown>();
const byReference = new Map<string, AnyFunction>();

export const reader: FunctionReader = {
  describe(fn, path) {
    const recipe = recipes.get(fn)?.();
    if (recipe) return recipe;
    if (fn.name === 'Unshippable' || fn.name === '')
      throw new NotShippableError(`${path}: ${fn.name} can't travel`);
    if (Function.prototype.toString.call(fn).includes('[native code]')) return { how: 'name', name: fn.name };
    byReference.set(`file:///test.ts ${fn.name}`, fn);
    return { how: 'reference', url: 'file:///test.ts', path: [fn.name] };
  },
};

export const loader: FunctionLoader = {
  named: (name) => byName.get(name) ?? (globalThis as Record<string, unknown>)[name],
  referenced(url, path) {
    const fn = byReference.get(`${url} ${path.join('.')}`);
    if (!fn) throw new TypeError(`no ${path.join('.')} in ${url}`);
    return fn;
  },
  build(code, captured) {
    const make = makers.get(code.hash);
    if (!make) throw new TypeError(`no code ${code.hash}`);
    return make(captured);
  },
  buildLate(code) {
    const values: unknown[] = [];
    const make = makers.get(code.hash);
    if (!make) throw new TypeError(`no code ${code.hash}`);
    return { fn: make(values), bind: (captured) => void values.push(...captured) };
  },
  async prepare(urls) {
    prepared.push(...urls);
  },
};
