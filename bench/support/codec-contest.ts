// Writing and reading a value: the library's codec against v8.serialize.

import { deserialize, serialize } from 'node:v8';
import type { ShipmentReader, ShipmentWriter } from '../../src/base/shippable.js';
import { decode, encode, installFunctions } from '../../src/serialization/codec.js';
import type { FunctionLoader, FunctionReader } from '../../src/serialization/function-recipe.js';
import { demanded, instanceClass, others } from './codec-values.js';
import { race } from './race.js';

const reader: FunctionReader = {
  describe: (fn) => ({ how: 'reference', url: 'file:///bench.js', path: [fn.name] }),
};
installFunctions({ reader, loader: { referenced: () => instanceClass } as unknown as FunctionLoader });

let attached: Uint8Array<ArrayBuffer>[] = [];
const writer: ShipmentWriter = {
  attach: () => 0,
  attachBytes: (bytes) => attached.push(new Uint8Array(bytes)) - 1,
};
const receiver: ShipmentReader = { take: () => 0, takeBytes: (index) => attached[index] };

/** Every kind once and again, as a program does: what is measured is no code that has seen one kind only. */
export function seeEveryKind(): void {
  for (let round = 0; round < 3; round++) {
    for (const value of Object.values({ ...demanded, ...others })) decode(written(value), receiver);
  }
}

export function writing(value: unknown) {
  return race(
    () => {
      attached = [];
      encode(value, writer);
    },
    () => void serialize(value),
  );
}

export function reading(value: unknown) {
  const ours = written(value);
  const theirs = serialize(value);
  return race(
    () => void decode(ours, receiver),
    () => void deserialize(theirs),
  );
}

function written(value: unknown): Uint8Array {
  attached = [];
  return encode(value, writer).slice();
}
