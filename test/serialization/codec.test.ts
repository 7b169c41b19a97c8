// Every kind of value: what arrives equals what was sent, as far down as it goes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { types } from 'node:util';
import { SerializationError } from '../../src/base/errors.js';
import { decode, encode, installFunctions, OUT_OF_LINE_BYTES } from '../../src/serialization/codec.js';
import { registerType } from '../../src/serialization/type-registry.js';
import { Door, loader, Parcel, reader, roundtrip } from './parcel.js';

installFunctions({ reader, loader });

class Animal {
  name = 'Rex';
  #secret = 1;
  get secret(): number {
    return this.#secret;
  }
}
class Dog extends Animal {
  static constructed = 0;
  legs = 4;
  constructor() {
    super();
    Dog.constructed++;
  }
  set tricks(_: unknown) {
    throw new Error('a setter must not run');
  }
}
class Registry extends Map<string, number> {
  owner = 'me';
}
class Stack extends Array<number> {}
class CustomError extends Error {
  override name = 'CustomError';
  detail = { deep: [1] };
}

const long = 'y'.repeat(5000);
const scalars: unknown[] = [
  ...[undefined, null, true, false, 0, 1, 63, 64, -1, -64, 127, 128, 16384, 2 ** 31 - 1, -(2 ** 31), 2 ** 31],
  ...[
    2 ** 53,
    -(2 ** 53),
    1e308,
    5e-324,
    0.1,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ],
  ...[
    '',
    'a',
    'x'.repeat(31),
    'x'.repeat(32),
    'x'.repeat(48),
    'x'.repeat(49),
    long,
    'é',
    'ÿ'.repeat(60),
    '日本語',
  ],
  ...['日'.repeat(300), `${long}日`, '\ud800', `x${'\udc00'.repeat(60)}`, '\0', '👋'.repeat(20)],
  ...[0n, 1n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 10n ** 100n],
  ...[Symbol.for('shared'), Symbol.for(''), Symbol.iterator, Symbol.asyncIterator],
];

test('encode() carries scalars exactly', () => {
  for (const value of scalars) assert.ok(Object.is(roundtrip(value), value), String(value));
  assert.deepEqual(roundtrip(scalars), scalars);
});

function restOf(..._values: unknown[]): IArguments {
  // biome-ignore lint/complexity/noArguments: an arguments object is what is tested
  return arguments;
}

const bare = Object.assign(Object.create(null) as object, { a: 1, b: { c: 2 } });
const objects: Record<string, unknown> = {
  empty: {},
  plain: { a: 1, b: 'two', c: { d: [null, undefined] } },
  'many keys': Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`key ${i}`, i])),
  'integer keys': { 1: 'a', 0: 'b', x: 'c' },
  'odd keys': { '': 1, 'a b': 2, 日: 3, '\0': 4 },
  'null prototype': bare,
  'own __proto__': JSON.parse('{"a":1,"__proto__":{"x":1}}') as unknown,
  array: [1, 'a', [], [[]]],
  'array of numbers': Array.from({ length: 100 }, (_, i) => i * 1000 - 50_000),
  'array of doubles': Array.from({ length: 100 }, (_, i) => i / 7),
  'numbers with something else among them': [
    [1, 2, 3, 4, 5, 6, 7, 8n],
    [1, 2, 3, 4, 5, 6, 7, Object(8)],
    [1.5, 2, 3, 4, 5, 6, 7, '8', 9],
    [1, 2, 3.5, 4, 5, 6, 7, null, 9],
    [1, '2'],
  ],
  'strings with something else among them': ['a', 'b', 'c', 'd', 'e', 'f', 'g', 8],
  'array with -0': [1, 2, 3, 4, 5, 6, 7, -0, 9],
  records: Array.from({ length: 200 }, (_, i) => ({ id: i, tag: `t${i % 3}`, at: { x: i, y: -i } })),
  'mixed records': Array.from({ length: 100 }, (_, i) => (i % 2 ? { a: i } : { a: i, b: `${i}` })),
  'many shapes': Array.from({ length: 100 }, (_, i) => ({ [`k${i}`]: i, common: 1 })),
  map: new Map<unknown, unknown>([
    [1, 'a'],
    ['x', { y: 1 }],
    [Number.NaN, null],
    [{ k: 1 }, new Map()],
  ]),
  set: new Set<unknown>([1, 'a', null, undefined, { x: 1 }, new Set([2])]),
  date: new Date(1e12),
  regexp: /a(b)+\/[/]/giu,
  'boxed number': new Number(-0),
  'boxed string': new String('abc'),
  'boxed boolean': new Boolean(false),
  'boxed bigint': Object(5n) as unknown,
  'boxed symbol': Object(Symbol.for('s')) as unknown,
  url: new URL('https://user:pw@example.org:8080/a?b=c#d'),
  params: new URLSearchParams('a=1&a=2&b=%20'),
  buffer: new Uint8Array([1, 2, 3]).buffer,
  'empty buffer': new ArrayBuffer(0),
  Buffer: Buffer.from('hello'),
  'sub-Buffer': Buffer.from('hello world').subarray(3, 7),
  views: [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array].map(
    (C) => C.from([1, 2, 250]),
  ),
  floats: [new Float32Array([1.5, Number.NaN]), new Float64Array([-0, 1e300])],
  bigints: [new BigInt64Array([-1n, 2n]), new BigUint64Array([2n ** 64n - 1n])],
  dataview: new DataView(new Uint8Array([0, 1, 2, 3, 4, 5]).buffer, 1, 3),
  'large bytes': new Uint8Array(OUT_OF_LINE_BYTES).fill(9),
  'bytes below the limit': new Uint8Array(OUT_OF_LINE_BYTES - 1).fill(9),
  error: new TypeError('bad', { cause: new RangeError('inner') }),
  'error with code': Object.assign(new Error('no file'), { code: 'ENOENT', errno: -2, extra: { a: [1] } }),
  'error with odd cause': new Error('m', { cause: { code: 1 } }),
  aggregate: new AggregateError([new Error('a'), 'b', new TypeError('c')], 'all failed'),
  'error without message': new Error(),
  'symbol keys': { [Symbol.for('k')]: 1, [Symbol.toStringTag]: 'Tagged', plain: 2 },
  arguments: restOf(1, 'two', { three: 3 }),
  'named array': Object.assign([1, 2, 3], { extra: 'x', [Symbol.for('s')]: 1 }),
  'long named array': Object.assign(
    Array.from({ length: 500 }, (_, i) => `${i}`),
    { extra: 'x' },
  ),
  match: /b(?<name>c)/.exec('abcd'),
  'Map with properties': Object.assign(new Map([[1, 2]]), { extra: true }),
  'Date with properties': Object.assign(new Date(0), { zone: 'UTC' }),
};

for (const [name, value] of Object.entries(objects)) {
  test(`encode() carries: ${name}`, () => {
    assert.deepStrictEqual(roundtrip(value), value);
    // In company, repeated, and with what comes after it unharmed.
    const crowd = { before: 1, value, list: [value, { value }], after: ['end', { a: 1 }] };
    const received = roundtrip(crowd);
    assert.deepStrictEqual(received, crowd);
    assert.equal(received.list[0], received.value);
  });
}

test('encode() of an array of a subclass calls nothing of it', () => {
  class Loud extends Array<unknown> {
    static calls = 0;
    constructor(...elements: unknown[]) {
      super(...elements);
      Loud.calls++;
    }
    override at(): unknown {
      throw new Error('called');
    }
  }
  const numbers = Object.setPrototypeOf([1, 2, 3, 4, 5, 6, 7, 8, 9], Loud.prototype) as Loud;
  const got = roundtrip([numbers, Object.setPrototypeOf(['a', 1], Loud.prototype) as Loud]);
  assert.deepEqual([...got[0]], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.ok(got[0] instanceof Loud && got[1] instanceof Loud);
  assert.equal(Loud.calls, 0);
});

test('encode() keeps -0, NaN and undefined inside of objects', () => {
  const { zero, nan, none } = roundtrip({ zero: -0, nan: Number.NaN, none: undefined });
  assert.ok(Object.is(zero, -0) && Number.isNaN(nan) && none === undefined);
  assert.deepEqual(Object.keys(roundtrip({ none: undefined })), ['none']);
});

test('encode() keeps holes apart from undefined, however far', () => {
  // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
  const sparse = [1, , undefined, , 5];
  const received = roundtrip(sparse);
  assert.deepEqual(Object.keys(received), ['0', '2', '4']);
  assert.equal(received.length, 5);
  const far: unknown[] = [];
  far[3_000_000] = 'x';
  far[4_000_000_000] = { y: 1 };
  far.length = 4_294_967_295;
  const got = roundtrip(far);
  assert.deepEqual([Object.keys(got), got.length], [['3000000', '4000000000'], 4_294_967_295]);
  const trailing = new Array<unknown>(5000);
  assert.deepEqual([Object.keys(roundtrip(trailing)), roundtrip(trailing).length], [[], 5000]);
  const gaps: unknown[] = [];
  for (let i = 0; i < 2000; i++) gaps[i * 5000] = i;
  assert.deepEqual(Object.entries(roundtrip(gaps)), Object.entries(gaps));
});

test('encode() keeps identity and cycles', () => {
  const a = { n: 1 };
  const [x, y] = roundtrip([a, a]);
  assert.equal(x, y);
  const ring: Record<string, unknown> = { list: [] as unknown[], map: new Map(), set: new Set() };
  (ring['list'] as unknown[]).push(ring, ring['map']);
  (ring['map'] as Map<unknown, unknown>).set(ring, ring['set']);
  (ring['set'] as Set<unknown>).add(ring).add(ring['list']);
  const got = roundtrip(ring);
  const list = got['list'] as unknown[];
  assert.equal(list[0], got);
  assert.equal(list[1], got['map']);
  assert.equal((got['map'] as Map<unknown, unknown>).get(got), got['set']);
  assert.ok((got['set'] as Set<unknown>).has(list));
  const many = Array.from({ length: 500 }, (_, i) => ({ i }));
  const twice = roundtrip([many, [...many].reverse()]);
  for (let i = 0; i < 500; i++) assert.equal(twice[0][i], twice[1][499 - i]);
  const alike = roundtrip(Array.from({ length: 500 }, () => ({ same: 1 })));
  assert.equal(new Set(alike).size, 500);
  const error = new Error('self') as Error & { self?: unknown };
  error.self = error;
  const e = roundtrip(error);
  assert.equal(e.self, e);
});

test('encode() keeps two views on one buffer', () => {
  const buffer = new ArrayBuffer(64);
  const value = roundtrip({ a: new Uint8Array(buffer, 8, 8), b: new DataView(buffer, 4, 20), buffer });
  assert.equal(value.a.buffer, value.buffer);
  assert.equal(value.b.buffer, value.buffer);
  assert.deepEqual(
    [value.a.byteOffset, value.a.length, value.b.byteOffset, value.b.byteLength],
    [8, 8, 4, 20],
  );
  value.a[0] = 77;
  assert.equal(value.b.getUint8(4), 77);
  const big = new ArrayBuffer(1 << 20);
  const [near, far] = roundtrip([new Uint8Array(big, 1001, 10), new Float64Array(big, 2000, 2)]);
  assert.equal(near.buffer, far.buffer);
  assert.ok(near.buffer.byteLength < 2000);
  near[9] = 5;
  assert.equal(new Uint8Array(far.buffer)[near.byteOffset + 9], 5);
});

test('encode() of a slice of a pool does not take the pool along', () => {
  const small = Buffer.from('abc');
  assert.ok(encode(small, new Parcel()).length < 40);
  assert.equal(roundtrip(small).toString(), 'abc');
});

test('encode() puts large bytes out of line', () => {
  const parcel = new Parcel();
  const bytes = new Uint8Array(100_000).fill(3);
  const message = encode({ bytes, again: bytes }, parcel).slice();
  assert.ok(message.length < 100);
  assert.equal(parcel.payloads.length, 1);
  const received = decode(message, parcel) as { bytes: Uint8Array; again: Uint8Array };
  assert.deepEqual(received.bytes, bytes);
  assert.equal(received.bytes, received.again);
});

test('encode() keeps a resizable buffer resizable', () => {
  const Resizable = ArrayBuffer as unknown as new (n: number, o: { maxByteLength: number }) => ArrayBuffer;
  const got = roundtrip(new Resizable(8, { maxByteLength: 64 })) as ArrayBuffer & { maxByteLength: number };
  assert.deepEqual([got.byteLength, got.maxByteLength], [8, 64]);
});

test('encode() keeps an invalid date invalid', () => {
  assert.ok(Number.isNaN(roundtrip(new Date(Number.NaN)).getTime()));
});

test('encode() keeps lastIndex', () => {
  const pattern = /a/g;
  pattern.lastIndex = 7;
  assert.equal(roundtrip(pattern).lastIndex, 7);
});

test('encode() carries instances with their class and runs no constructor and no setter', () => {
  const dog = new Dog();
  Object.defineProperty(dog, 'tricks', {
    value: ['sit'],
    enumerable: true,
    writable: true,
    configurable: true,
  });
  Object.defineProperty(dog, 'hidden', { value: 1, enumerable: false });
  const before = Dog.constructed;
  const got = roundtrip([dog, dog]);
  assert.equal(Dog.constructed, before);
  assert.ok(got[0] instanceof Dog && got[0] === got[1]);
  assert.deepEqual({ ...got[0] }, { ...dog });
  assert.equal((got[0] as unknown as { hidden: number }).hidden, 1);
});

test('encode() carries subclasses of builtins, errors and objects made from objects', () => {
  const registry = new Registry([['a', 1]]);
  const got = roundtrip(registry);
  assert.ok(got instanceof Registry);
  assert.deepEqual([[...got], got.owner], [[['a', 1]], 'me']);
  assert.ok(roundtrip(Stack.from([1, 2])) instanceof Stack);
  assert.ok(roundtrip(new (class Bytes extends Uint8Array {})(2)) instanceof Uint8Array);
  const error = roundtrip(new CustomError('m', { cause: 1 }));
  assert.ok(error instanceof CustomError && types.isNativeError(error));
  assert.deepEqual(
    [error.message, error.cause, error.name, error.detail],
    ['m', 1, 'CustomError', { deep: [1] }],
  );
  const base = { kind: 'base' };
  const child = Object.assign(Object.create(base) as { kind: string; own: number }, { own: 1 });
  const [copy, copyOfBase] = roundtrip([child, base]) as [typeof child, typeof base];
  assert.equal(Object.getPrototypeOf(copy), copyOfBase);
  assert.deepEqual([copy.own, copy.kind, Object.keys(copy)], [1, 'base', ['own']]);
  assert.equal(roundtrip(Dog.prototype), Dog.prototype);
});

test('encode() keeps stack, own name and flags of error properties', () => {
  const error = new Error('gone');
  const got = roundtrip(error);
  assert.equal(got.stack, error.stack);
  assert.deepEqual(Object.keys(got), []);
  assert.deepEqual(Reflect.ownKeys(got).sort(), Reflect.ownKeys(error).sort());
  delete (error as { stack?: string }).stack;
  assert.equal(roundtrip(error).stack, undefined);
});

test('encode() carries DOMException, as of an aborted signal', () => {
  for (const reason of [
    AbortSignal.abort().reason,
    new DOMException('m', 'TimeoutError'),
  ] as DOMException[]) {
    const got = roundtrip(reason);
    assert.ok(got instanceof DOMException);
    assert.deepEqual(
      [got.name, got.message, got.code, got.stack],
      [reason.name, reason.message, reason.code, reason.stack],
    );
  }
});

test("encode() carries Node's own errors", async () => {
  const { readFile } = await import('node:fs/promises');
  const missing: NodeJS.ErrnoException = await readFile('/no/such').catch((error) => error);
  const got = roundtrip(missing);
  assert.deepEqual(
    [got.code, got.errno, got.path, got.message],
    ['ENOENT', missing.errno, '/no/such', missing.message],
  );
  const wrong: NodeJS.ErrnoException = await readFile(5 as never, 'nope' as never).catch((error) => error);
  assert.deepEqual([roundtrip(wrong).code, roundtrip(wrong).message], [wrong.code, wrong.message]);
  const { setTimeout: sleep } = await import('node:timers/promises');
  const aborted: NodeJS.ErrnoException = await sleep(1, null, { signal: AbortSignal.abort() }).catch(
    (error) => error,
  );
  assert.deepEqual([roundtrip(aborted).name, roundtrip(aborted).code], ['AbortError', 'ABORT_ERR']);
});

test('encode() keeps frozen, sealed and non-extensible', () => {
  const value = {
    frozen: Object.freeze({ a: 1 }),
    list: Object.freeze([1, { b: 1 }]),
    sealed: Object.seal({ a: 1 }),
    closed: Object.preventExtensions({ a: 1 }),
    empty: Object.freeze({}),
    instance: Object.freeze(new Dog()),
    error: Object.freeze(new Error('x')),
    bare: Object.freeze(Object.create(null)),
  };
  const got = roundtrip(value);
  assert.ok(Object.isFrozen(got.frozen) && Object.isFrozen(got.list) && !Object.isFrozen(got.list[1]));
  assert.ok(Object.isSealed(got.sealed) && !Object.isFrozen(got.sealed));
  assert.ok(!Object.isExtensible(got.closed) && !Object.isSealed(got.closed));
  assert.ok(Object.isFrozen(got.empty) && Object.isFrozen(got.instance) && got.instance instanceof Dog);
  assert.ok(Object.isFrozen(got.error) && Object.isFrozen(got.bare));
  assert.ok(Object.isExtensible(got));
});

test('encode() carries what plain objects compute, hide and protect as it is', () => {
  const value = Object.defineProperties(
    {
      first: 1,
      get now() {
        return 5;
      },
      last: 2,
    },
    { hidden: { value: 3 }, fixed: { value: 4, enumerable: true } },
  );
  const got = roundtrip(value);
  const { now, ...others } = Object.getOwnPropertyDescriptors(got);
  const { now: sent, ...sentOthers } = Object.getOwnPropertyDescriptors(value);
  assert.deepEqual(others, sentOthers);
  assert.equal(now.get, sent.get);
  assert.deepEqual(Object.keys(got), Object.keys(value));
  const bare = roundtrip(Object.defineProperty(Object.create(null), 'x', { get: sent.get! }));
  assert.equal(Object.getOwnPropertyDescriptor(bare, 'x')?.get, sent.get);
  const captured = {};
  Error.captureStackTrace(captured);
  assert.equal(typeof roundtrip(captured as { stack: string }).stack, 'string');
});

test('encode() carries global objects by name', () => {
  for (const value of [console, process, Math, JSON, Reflect, globalThis, performance]) {
    assert.equal(roundtrip({ value }).value, value);
  }
});

test('encode() carries handles, their identity and what they own', () => {
  const door = new Door(4711);
  const parcel = new Parcel();
  const message = encode([door, { door }], parcel).slice();
  assert.deepEqual(parcel.addresses, [4711]);
  const [got, again] = decode(message, parcel) as [Door, { door: Door }];
  assert.ok(got instanceof Door && got.address === 4711 && again.door === got);
});

test('registerType() carries a class by reduce and revive, which may encode themselves', () => {
  class Money {
    readonly #cents: number;
    constructor(cents: number) {
      this.#cents = cents;
    }
    get cents(): number {
      return this.#cents;
    }
  }
  registerType(Money, {
    name: 'test.Money',
    reduce(money) {
      const inner = encode({ cents: money.cents }, new Parcel()).slice();
      return { inner };
    },
    revive(data) {
      const { cents } = decode((data as { inner: Uint8Array }).inner, new Parcel()) as { cents: number };
      return new Money(cents);
    },
  });
  const money = new Money(995);
  const got = roundtrip({ before: { a: 1 }, list: [money, money], after: { a: 2 } });
  assert.equal(got.list[0].cents, 995);
  assert.equal(got.list[0], got.list[1]);
  assert.deepEqual([got.before, got.after], [{ a: 1 }, { a: 2 }]);
});

test('encode() is not disturbed by an earlier failure', () => {
  assert.throws(() => encode({ a: { b: [1, Promise.resolve()] } }, new Parcel()));
  assert.deepEqual(roundtrip({ a: { b: [1] } }), { a: { b: [1] } });
});

test('encode() refuses nesting that would overflow the stack, and what it allows can be decoded', () => {
  const nest = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < depth; i++) value = wrap(value);
    return value;
  };
  const wraps: ((inner: unknown) => unknown)[] = [
    (next) => ({ next }),
    (next) => [next],
    (next) => new Map([[1, next]]),
    (next) => Object.assign(new Animal(), { next }),
    (next) => Object.freeze({ next }),
    (next) => Object.assign(new Error('e'), { next }),
  ];
  for (const wrap of wraps) {
    assert.throws(() => encode(nest(100_000, wrap), new Parcel()), SerializationError);
    roundtrip(nest(400, wrap));
  }
  for (const wrap of wraps.slice(0, 2)) roundtrip(nest(1200, wrap));
  assert.deepEqual(roundtrip({ fine: 1 }), { fine: 1 });
});

test('encode() shrinks its scratch memory after a huge message, and reuses it after small ones', () => {
  const text = 'z'.repeat(3 << 20);
  assert.equal(roundtrip(text), text);
  assert.ok(encode(1, new Parcel()).buffer.byteLength < 1 << 20);
});

test('decode() keeps nothing of the bytes, a Buffer among them', () => {
  const parcel = new Parcel();
  const value = {
    remembered: 1,
    keys: 'abc',
    bytes: new Uint8Array([1, 2, 3]),
    list: [1.5, 2, 3, 4, 5, 6, 7, 8],
  };
  for (let round = 0; round < 2; round++) {
    const message = Buffer.from(encode(value, parcel));
    const got = decode(message, parcel);
    message.fill(0x41);
    assert.deepStrictEqual(got, value);
  }
});

test('encode() keeps identity among thousands of objects, alike or not', () => {
  const alike = Array.from({ length: 300 }, () => ({ done: false }));
  const rows = Array.from({ length: 3000 }, (_, i) => ({
    id: i,
    at: { x: i % 7 },
    pair: [i % 5, 1],
    name: `n${i % 9}`,
  }));
  const hollow = Array.from({ length: 100 }, () => ({ inner: [] as unknown[] }));
  const classes = Array.from({ length: 50 }, () => new Animal());
  const all: object[] = [
    ...alike,
    ...rows,
    ...rows.map((row) => row.at),
    ...rows.map((row) => row.pair),
    ...hollow,
  ];
  all.push(...classes, ...hollow.map((one) => one.inner));
  const got = roundtrip([all, [...all].reverse()]);
  assert.equal(new Set(got[0]).size, new Set(all).size);
  for (let i = 0; i < all.length; i++) assert.equal(got[0][i], got[1][all.length - 1 - i]);
  const copy = got[0].slice(300, 3300) as typeof rows;
  for (let i = 0; i < rows.length; i++) assert.equal(copy[i].pair, got[0][300 + 6000 + i]);
  assert.deepStrictEqual(copy, rows);
});

test('codec: proxies of plain objects among many plain ones arrive as what they show, and harm nobody', () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ id: i, name: 'row' }));
  for (const row of rows) roundtrip(row);
  const mixed = rows.map((row, i) => (i % 7 === 3 ? new Proxy(row, {}) : row));
  assert.deepStrictEqual(roundtrip(mixed), rows);
  for (const row of mixed.slice(0, 20)) assert.deepStrictEqual(roundtrip({ row }), { row: { ...row } });
});

/** Arrays of every kind that the engine keeps apart, and of what it changes about them. */
function arraysOfEveryKind(): unknown[][] {
  const holey = (element: unknown, length: number): unknown[] => {
    const array = new Array<unknown>(length);
    for (let i = 0; i < length; i++) if (i % 7 !== 3) array[i] = element;
    return array;
  };
  const filled = (element: unknown, length: number): unknown[] => {
    const array = new Array<unknown>(length);
    for (let i = 0; i < length; i++) array[i] = element;
    return array;
  };
  const arrays: unknown[][] = [];
  for (const length of [1, 7, 8, 63, 64, 65, 1023, 1024, 1025, 5000]) {
    const indices = Array.from({ length }, (_, i) => i);
    arrays.push(
      indices,
      indices.map((i) => i / 3),
      indices.map((i) => (i === length - 1 ? -0 : i)),
      indices.map((i) => (i % 2 ? Number.NaN : i / 7)),
      indices.map((i) => (i === length >> 1 ? 0.5 : i)),
      indices.map((i) => (i === length >> 1 ? 'text' : i)),
      indices.map((i) => (i === length >> 1 ? undefined : i / 3)),
      indices.map((i) => 2 ** 31 + i),
      indices.map((i) => `text ${i}`),
      ...[1, 1.5, 'a', undefined].flatMap((element) => [holey(element, length), filled(element, length)]),
      Object.assign(
        indices.map((i) => i / 3),
        { more: 1 },
      ),
      Object.freeze(indices.map((i) => i / 3)) as unknown[],
      Object.seal([...indices]),
      Object.assign(
        indices.map((i) => i / 3),
        { [Symbol.for('mark')]: 1 },
      ),
    );
  }
  return arrays;
}

test('encode() keeps arrays of every kind of elements, also once the engine is asked for that kind', () => {
  roundtrip(Array.from({ length: 10_000 }, (_, i) => i)); // from now on it is asked
  const hidden = Object.defineProperty([1.5, 2.5, 3.5], 'length', { writable: false });
  for (const array of [...arraysOfEveryKind(), hidden]) {
    const arrived = roundtrip(array);
    assert.deepStrictEqual(arrived, array);
    assert.equal(Object.isFrozen(arrived), Object.isFrozen(array));
    assert.deepEqual(Object.keys(arrived), Object.keys(array));
    assert.deepStrictEqual(roundtrip(new Map([[array, { in: array }]])), new Map([[array, { in: array }]]));
  }
  const proxied = new Proxy([1, 2, 3, 4, 5, 6, 7, 8, 9], {});
  assert.deepEqual(roundtrip(proxied), [...proxied]);
});

test('encode() keeps strings of every width in arrays of any size, and lone surrogates beside their other halves', () => {
  const wide = (i: number) => (i % 500 === 7 ? 'łódź' : 'narrow');
  const sizes = (count: number, size: number) =>
    Array.from({ length: count }, (_, i) => String.fromCharCode(65 + (i % 26)).repeat(size));
  const lists: string[][] = [
    Array.from({ length: 6 }, () => ''),
    Array.from({ length: 9000 }, (_, i) => (i % 3 ? '' : `${i}`)),
    Array.from({ length: 9000 }, (_, i) => `${wide(i)} ${i}`),
    Array.from({ length: 9000 }, (_, i) => (i < 5000 ? `one byte each ${i}` : `\u{1f600}${i}`)),
    Array.from({ length: 5000 }, (_, i) => (i % 2 ? 'a\ud83d' : '\ude00b')),
    ...[127, 128, 4095, 4096, 4097, 32_767, 32_768, 32_769, 70_000].map((size) => sizes(8, size)),
    ['', '\u0100'.repeat(4096), '', '\u00ff'.repeat(40_000), 'x', '\u0100', '', ''],
  ];
  for (const list of lists) {
    assert.deepStrictEqual(roundtrip(list), list);
    assert.deepStrictEqual(roundtrip(new Set(list)), new Set(list));
    const rows = list.slice(0, 600).map((text, id) => ({ id, text }));
    assert.deepStrictEqual(roundtrip(rows), rows);
    assert.deepStrictEqual([...roundtrip(Stack.from(list as never))], list as never);
  }
});
