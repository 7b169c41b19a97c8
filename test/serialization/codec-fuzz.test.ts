// Random values arrive as they were; random and damaged bytes give a value or a SerializationError, never harm.
//
//   MANYHANDS_FUZZ_RUNS=1000000 node --import tsx test/serialization/codec-fuzz.test.ts     for a long run
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManyhandsError, SerializationError } from '../../src/base/errors.js';
import { decode, encode, installFunctions } from '../../src/serialization/codec.js';
import {
  ARRAY,
  DOUBLES,
  HOLES,
  INT32S,
  MAP_COLUMNS,
  NEW_SHAPE,
  RECORDS,
  SET_COLUMN,
  STRINGS,
} from '../../src/serialization/tags.js';
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

const word = fc.string({ unit: 'binary', maxLength: 12 });
/** What the rows of a table have under one key: mostly of one kind, sometimes with something else among it. */
const cells = fc.oneof(
  { weight: 3, arbitrary: fc.constant(fc.integer()) },
  { weight: 3, arbitrary: fc.constant(word) },
  fc.constant(fc.double()),
  fc.constant(fc.boolean()),
  fc.constant(fc.oneof(fc.integer(), fc.double())),
  fc.constant(fc.oneof({ weight: 30, arbitrary: fc.integer() }, word, fc.constant(undefined))),
  fc.constant(fc.record({ x: fc.integer(), y: fc.oneof(fc.integer(), word) })),
  fc.constant(anything),
);
const keyNames = fc.uniqueArray(fc.oneof(word, fc.constantFrom('id', '7', '__proto__', 'at')), {
  minLength: 1,
  maxLength: 5,
});

/** Long arrays of like objects, some of them not quite so, some twice, some that hold others. */
const table = fc
  .tuple(keyNames, fc.array(cells, { minLength: 5, maxLength: 5 }))
  .chain(([keys, kinds]) => {
    const row = fc.tuple(...keys.map((_, index) => kinds[index])).map((values) => {
      const made = {};
      for (const [index, key] of keys.entries()) define(made, key, { value: values[index] });
      return made as Record<PropertyKey, unknown>;
    });
    const oddities = fc.array(fc.tuple(fc.nat(), fc.nat(8), fc.nat()), { maxLength: 4 });
    return fc.tuple(fc.array(row, { minLength: 14, maxLength: 60 }), oddities);
  })
  .map(([rows, oddities]) => {
    const list: unknown[] = rows;
    for (const [from, what, to] of oddities) {
      const one = rows[from % rows.length];
      if (typeof one !== 'object' || !Object.isExtensible(one)) continue;
      const other = rows[to % rows.length];
      const key = Object.keys(one)[0];
      if (what === 0) list[to % rows.length] = one;
      else if (what === 1 && key !== undefined) define(one, key, { value: other });
      else if (what === 2) define(one, 'more', { value: other });
      else if (what === 3) Object.freeze(one);
      else if (what === 4) define(one, Symbol.for('s'), { value: to });
      else if (what === 5) define(one, 'hidden', { value: to, enumerable: false });
      else if (what === 6) define(one, '3', { value: to });
      else if (what === 7) list[to % rows.length] = to;
      else define(one, 'fixed', { value: to, writable: false });
    }
    return list;
  });

function define(target: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
  Object.defineProperty(target, key, {
    writable: true,
    enumerable: true,
    configurable: true,
    ...descriptor,
  });
}

const bulk = fc.oneof(
  table,
  fc.array(word, { minLength: 5, maxLength: 40 }),
  fc.array(fc.string({ minLength: 1000, maxLength: 3000 }), { minLength: 6, maxLength: 8 }),
  fc.array(fc.oneof(fc.integer(), fc.double()), { minLength: 7, maxLength: 40 }),
  fc.array(fc.tuple(word, anything), { minLength: 8, maxLength: 20 }).map((pairs) => new Map(pairs)),
  table.map((rows) => new Map(rows.map((row, index) => [index % 3 ? row : `${index}`, row]))),
  table.map((rows) => new Set(rows)),
  fc.array(word, { minLength: 8, maxLength: 20 }).map((words) => new Set(words)),
);

test('encode() and decode(): long arrays, tables, Maps and Sets come back equal, with the same links and flags', () => {
  fc.assert(
    fc.property(fc.array(bulk, { minLength: 1, maxLength: 3 }), (values) => {
      const sent = [values, [...values].reverse()];
      const got = roundtrip(sent);
      assert.deepStrictEqual(normal(got), normal(sent));
      assert.deepStrictEqual(descriptions(got), descriptions(sent));
    }),
    { numRuns: Math.ceil(runs / 10) },
  );
});

/** Every object in order of appearance, with the descriptors of its properties: objects in them by number. */
function descriptions(root: unknown): string[] {
  const numbers = new Map<object, number>();
  const lines: string[] = [];
  const describe = (at: unknown): string => {
    if (typeof at !== 'object' || at === null || ArrayBuffer.isView(at)) return typeof at;
    const known = numbers.get(at);
    if (known !== undefined) return `#${known}`;
    const number = numbers.size;
    numbers.set(at, number);
    const parts = [`${number}: ${Object.isExtensible(at)}`];
    if (at instanceof Map)
      parts.push(...[...at].map(([key, value]) => `${describe(key)}>${describe(value)}`));
    if (at instanceof Set) parts.push(...[...at].map(describe));
    const listed = Object.keys(at);
    // What is not listed comes back behind what is.
    for (const key of [...listed, ...Reflect.ownKeys(at).filter((key) => !listed.includes(key as string))]) {
      const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(at, key)!;
      parts.push(`${String(key)}=${describe(value)} ${JSON.stringify(flags)}`);
    }
    lines.push(parts.join(' '));
    return `#${number}`;
  };
  describe(root);
  return lines;
}

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
  Array.from({ length: 20 }, (_, i) => ({ id: i, at: { x: i, y: { z: `${i}` } }, list: [i], ok: i > 3 })),
  [['a', 'b', 'ÿ', 'łódź', '', 'f', 'g'], new Map(Array.from({ length: 9 }, (_, i) => [`k${i}`, { i }]))],
  new Set(Array.from({ length: 12 }, (_, i) => (i % 2 ? i : `${i}`))),
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

/** A message: flags, then bytes. */
function message(...bytes: number[]): Uint8Array {
  return Uint8Array.of(0, ...bytes);
}

test('decode() refuses a short message that would become many objects', () => {
  const many = [0xff, 0xff, 0x3f]; // 1,048,575 as a varint
  const oneKey = [NEW_SHAPE, 3, 1, 0x41, 0x61];
  const bombs = [
    // An array, a Map, a Set, records and a column of holes; strings and numbers that are not there.
    [MAP_COLUMNS, ARRAY, ...many, HOLES, ...many, ARRAY, ...many, HOLES, ...many],
    [SET_COLUMN, ARRAY, ...many, HOLES, ...many],
    [ARRAY, ...many, RECORDS, ...many, ...oneKey, ARRAY, ...many, HOLES, ...many],
    [ARRAY, ...many, RECORDS, ...many, ...oneKey, STRINGS, ...many],
    [STRINGS, ...many, 1, 1, 1],
    [STRINGS, 1, ...many, 0x40],
    [INT32S, ...many, 1, 1],
    [DOUBLES, ...many, 1, 1],
    [ARRAY, 2, RECORDS, 2, NEW_SHAPE, 1, 0],
    [ARRAY, 3, RECORDS, 2, ...oneKey, STRINGS, 2, 0, 0, 0x40],
  ];
  for (const bomb of bombs) {
    assert.throws(() => decode(message(...bomb), new Parcel()), SerializationError, String(bomb));
  }
});

test('decode() refuses records in columns of records that are nested without end', () => {
  const rows = 200;
  const levels = (depth: number): number[] =>
    depth === 0
      ? [ARRAY, 0xc8, 1, ...new Array<number>(rows).fill(1)]
      : [ARRAY, 0xc8, 1, RECORDS, 0xc8, 1, NEW_SHAPE, 3, 1, 0x41, 0x61, ...levels(depth - 1)];
  assert.equal((decode(message(...levels(2)), new Parcel()) as unknown[]).length, rows);
  assert.throws(() => decode(message(...levels(20)), new Parcel()), SerializationError);
});
