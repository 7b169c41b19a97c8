// Random values arrive as they were; random and damaged bytes give a value or a SerializationError, never harm.
//
//   MANYHANDS_FUZZ_RUNS=1000000 node --import tsx test/serialization/codec-fuzz.test.ts     for a long run
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManyhandsError } from '../../src/base/errors.js';
import { decode, encode, installFunctions } from '../../src/serialization/codec.js';
import { loader, Parcel, reader, roundtrip } from './parcel.js';

installFunctions({ reader, loader });

const runs = Number(process.env['MANYHANDS_FUZZ_RUNS'] ?? 2000);

const anything = fc.anything({
  maxDepth: 4,
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});

/** Values in which objects repeat and refer back. */
const graph = fc
  .tuple(
    fc.array(anything, { minLength: 1, maxLength: 6 }),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }),
  )
  .map(([values, links]) => {
    const nodes = values.map((value, index) =>
      index % 2 ? [value] : ({ value } as Record<string, unknown>),
    );
    for (const [from, to] of links) {
      const node = nodes[from % nodes.length];
      const target = nodes[to % nodes.length];
      if (Array.isArray(node)) node.push(target);
      else node[`to${to % 5}`] = target;
    }
    return nodes;
  });

test(`encode() and decode(): any value comes back equal (${runs} runs)`, () => {
  fc.assert(
    fc.property(anything, (value) => {
      assert.deepStrictEqual(normal(roundtrip(value)), normal(value));
    }),
    { numRuns: runs },
  );
});

test('encode() and decode(): graphs come back with the same links', () => {
  fc.assert(
    fc.property(graph, (nodes) => {
      const got = roundtrip(nodes);
      assert.deepStrictEqual(linksOf(got), linksOf(nodes));
    }),
    { numRuns: Math.ceil(runs / 4) },
  );
});

/** Node's deepStrictEqual takes two invalid dates for different. */
function normal(value: unknown): unknown {
  const seen = new Map<object, unknown>();
  const visit = (at: unknown): unknown => {
    if (typeof at !== 'object' || at === null) return at;
    if (seen.has(at)) return seen.get(at);
    if (at instanceof Date) return Number.isNaN(at.getTime()) ? 'invalid date' : at;
    if (at instanceof Map) {
      const copy = [...at].map(([key, member]) => [visit(key), visit(member)]);
      return { map: copy };
    }
    if (at instanceof Set) return { set: [...at].map(visit) };
    const proto: unknown = Object.getPrototypeOf(at);
    if (proto !== Object.prototype && proto !== null && !Array.isArray(at)) return at;
    const copy: object = Array.isArray(at)
      ? new Array(at.length)
      : (Object.create(proto as object | null) as object);
    seen.set(at, copy);
    for (const key of Object.keys(at)) {
      const value = visit((at as Record<string, unknown>)[key]);
      Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true });
    }
    return copy;
  };
  return visit(value);
}

/** Numbers objects in order of appearance and lists who holds whom. */
function linksOf(root: unknown): string[] {
  const numbers = new Map<object, number>();
  const links: string[] = [];
  const visit = (at: unknown): void => {
    if (typeof at !== 'object' || at === null || numbers.has(at)) return;
    numbers.set(at, numbers.size);
    if (ArrayBuffer.isView(at)) return;
    for (const [key, value] of Object.entries(at)) {
      visit(value);
      links.push(
        `${numbers.get(at)}.${key}=${typeof value === 'object' && value ? numbers.get(value) : typeof value}`,
      );
    }
  };
  visit(root);
  return links;
}

/** Decodes what is no value: only the library's own errors may come out. */
function survives(bytes: Uint8Array, parcel: Parcel): void {
  try {
    decode(bytes, parcel);
  } catch (error) {
    assert.ok(error instanceof ManyhandsError, String(error));
  }
}

test('decode() of random bytes gives a value or an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(0, 2, 4, 6), (bytes, flags) => {
      if (bytes.length > 0) bytes[0] = flags;
      survives(bytes, new Parcel());
    }),
    { numRuns: runs },
  );
});

const specimens: unknown[] = [
  { a: 1, b: 'two', list: [1, { c: 3 }, { c: 4 }], big: 10n ** 30n },
  [new Map([[{ k: 1 }, new Set([1, 2])]]), new Date(), /x/g, Object.freeze([1]), new Uint8Array(8)],
  [new TypeError('t', { cause: new Error('c') }), Symbol.iterator, new URL('http://x/y'), Object('boxed')],
  Object.assign([1, 2, 3], { extra: Symbol.for('x') }),
  [new Float64Array(3), Buffer.from('abc'), Array.from({ length: 20 }, (_, i) => i / 3), console],
];

test('decode() of damaged messages gives a value or an error', () => {
  const parcels = specimens.map((value) => {
    const parcel = new Parcel();
    return { parcel, bytes: encode(value, parcel).slice() };
  });
  fc.assert(
    fc.property(
      fc.nat(parcels.length - 1),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(), { freq: 4 }),
      (which, damages, cut) => {
        const { parcel, bytes } = parcels[which];
        const damaged = bytes.slice(0, cut === null ? bytes.length : cut % bytes.length);
        for (const [at, value] of damages) if (damaged.length > 0) damaged[at % damaged.length] = value;
        survives(damaged, parcel);
      },
    ),
    { numRuns: runs * 2 },
  );
});

test('decode() of every truncation of a message is refused', () => {
  for (const value of specimens) {
    const parcel = new Parcel();
    const bytes = encode(value, parcel).slice();
    for (let size = 0; size < bytes.length; size++) {
      assert.throws(() => decode(bytes.subarray(0, size), parcel), ManyhandsError);
    }
  }
});
