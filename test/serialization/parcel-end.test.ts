// What functions of one message share is known while it is written, and not kept alive afterwards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, installFunctions } from '../../src/serialization/codec.js';
import { functionLoader } from '../../src/serialization/function-loader.js';
import { functionReader } from '../../src/serialization/function-reader.js';
import { collectUntil } from '../support/collect.js';
import { Parcel } from './parcel.js';

installFunctions({ reader: functionReader, loader: functionLoader });

/** A function that shares a variable with one that changes it; the variable holds an object nobody else has. */
function send(isRefused: boolean): WeakRef<object> {
  let held: unknown = isRefused ? { list: [1], refused: new WeakMap() } : { list: [1] };
  const reference = new WeakRef(held as object);
  const get = (): unknown => held;
  const set = (value: unknown): void => {
    held = value;
  };
  if (isRefused) assert.throws(() => encode([get, set, new WeakMap()], new Parcel()));
  else encode([get, set], new Parcel());
  return reference;
}

test('encode() keeps no value of a captured variable alive', async () => {
  const sent = send(false);
  await collectUntil(() => sent.deref() === undefined);
});

test('encode() that refuses keeps no value of a captured variable alive', async () => {
  const refused = send(true);
  await collectUntil(() => refused.deref() === undefined);
});
