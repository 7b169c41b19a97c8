// What can't travel: refused at the call, with the path; or, behind a captured variable, poison where it is touched.
import assert from 'node:assert/strict';
import { createServer, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { NotShippableError, SerializationError } from '../../src/base/errors.js';
import {
  decode,
  encode,
  installFunctions,
  needsPreparation,
  prepare,
} from '../../src/serialization/codec.js';
import { captures, goesByName, loader, Parcel, prepared, reader, roundtrip } from './parcel.js';

/** A function that is captured with this value, and gives it. */
function giving(holder: unknown): () => unknown {
  const fn = (): unknown => holder;
  captures(
    fn,
    ['holder'],
    () => [{ value: holder }],
    (values) => () => values[0],
  );
  return fn;
}

test('encode() of a function before installFunctions() is refused', () => {
  assert.throws(() => encode({ f: () => 1 }, new Parcel()), NotShippableError);
});

test('the rest with functions installed', async (t) => {
  installFunctions({ reader, loader });

  await t.test('encode() names the path of what can not travel', () => {
    class Unknown {
      weak = new WeakMap();
    }
    const socket = new Socket();
    const cases: [unknown, RegExp][] = [
      [{ db: { socket } }, /^args\[0\]\.db\.socket: Socket/],
      [{ list: [1, Promise.resolve()] }, /^args\[0\]\.list\[1\]: Promise/],
      [new Map([['k', { w: new WeakMap() }]]), /^args\[0\]\.get\("k"\)\.w: WeakMap/],
      [new Set([new WeakSet()]), /^args\[0\]\.values\(\)\[0\]: WeakSet/],
      [{ 'a b': new WeakRef({}) }, /^args\[0\]\["a b"\]: WeakRef/],
      [new Unknown(), /^args\[0\]\.weak: WeakMap/],
      [{ s: Symbol('mine') }, /^args\[0\]\.s: Symbol\(mine\)/],
      [{ [Symbol('key')]: 1 }, /^args\[0\]: Symbol\(key\)/],
      [Object.assign(new Error('e'), { socket }), /^args\[0\]\.socket: Socket/],
      [(function* () {})(), /generator/],
      [[1][Symbol.iterator](), /iterator/],
      [new Map().entries(), /iterator/],
      [new PassThrough(), /PassThrough/],
      [createServer(), /Server/],
      [new SharedArrayBuffer(8), /SharedArrayBuffer/],
      [new Uint8Array(new SharedArrayBuffer(8)), /SharedArrayBuffer/],
      [new Proxy(new Map(), {}), /./],
      [new Proxy(new Date(), {}), /./],
    ];
    goesByName(createServer().constructor as never, 'node:net#Server');
    goesByName(Socket, 'node:net#Socket');
    for (const [value, pattern] of cases) {
      assert.throws(
        () => encode(value, new Parcel(), 'args[0]'),
        (error: Error) => {
          assert.ok(error instanceof SerializationError || error instanceof NotShippableError, String(error));
          assert.match(error.message, pattern);
          return true;
        },
      );
    }
  });

  await t.test('decode() refuses a handle of an unknown kind', () => {
    const message = encode(
      { [Symbol.for('manyhands.ship')]: () => ({ kind: 'test.Nobody', data: 1 }) },
      new Parcel(),
    );
    assert.throws(() => decode(message.slice(), new Parcel()), /unknown kind "test.Nobody"/);
  });

  await t.test('a captured function arrives with its values, shared with the rest of the message', () => {
    const shared = { n: 1 };
    const fn = (): unknown => shared;
    captures(
      fn,
      ['shared'],
      () => [{ value: shared }],
      (values) => () => values[0],
    );
    const got = roundtrip({ fn, shared, again: fn });
    assert.equal(got.fn(), got.shared);
    assert.equal(got.fn, got.again);
  });

  await t.test('functions and values in cycles', () => {
    const self = (): unknown => [self, state];
    const state = { self };
    captures(
      self,
      ['self', 'state'],
      () => [{ value: self }, { value: state }],
      (values) => () => values,
    );
    const got = roundtrip(self);
    const [fn, received] = got() as [unknown, { self: unknown }];
    assert.equal(fn, got);
    assert.equal(received.self, got);
  });

  await t.test('a class that closes over its own instance', () => {
    class Single {
      n = 1;
    }
    const instance = new Single();
    captures(
      Single,
      ['instance'],
      () => [{ value: instance }],
      (values) => {
        return class Single {
          static captured = values;
        };
      },
    );
    const got = roundtrip(instance);
    const Class = got.constructor as unknown as { captured: unknown[] };
    assert.equal(Class.captured[0], got);
    assert.equal(got.n, 1);
  });

  await t.test('a recipe among the captured values is built over there', () => {
    const outer = (): unknown => undefined;
    const inner = (): string => 'replayed';
    captures(
      inner,
      [],
      () => [],
      () => inner,
    );
    captures(
      outer,
      ['lazy'],
      () => [{ recipe: reader.describe(inner, '') as never }],
      (values) => () => (values[0] as () => unknown)(),
    );
    assert.equal(roundtrip(outer)(), 'replayed');
  });

  await t.test('modules are listed for prepare()', async () => {
    const plain = encode({ a: 1 }, new Parcel()).slice();
    assert.equal(needsPreparation(plain), false);
    const fn = (): number => 1;
    captures(
      fn,
      [],
      () => [],
      () => fn,
      ['file:///needed.js'],
    );
    class Known {}
    const message = encode({ fn, known: new Known(), bytes: new Uint8Array(3) }, new Parcel()).slice();
    assert.equal(needsPreparation(message), true);
    await prepare(message);
    assert.deepEqual(prepared, ['file:///needed.js', 'file:///test.ts']);
    assert.deepEqual((decode(message, new Parcel()) as { bytes: Uint8Array }).bytes, new Uint8Array(3));
  });

  await t.test('a captured variable that can not travel is refused with its name', () => {
    const socket = new Socket();
    const fn = (): unknown => socket;
    captures(
      fn,
      ['socket'],
      () => [{ value: socket }],
      () => fn,
    );
    assert.throws(() => encode({ fn }, new Parcel(), 'target'), {
      name: 'NotShippableError',
      message: /^target\.fn › socket: Socket/,
    });
  });

  await t.test(
    'what is reached only through a captured variable is poison: touched, it throws that error',
    () => {
      const weak = new WeakMap();
      const app = {
        weak,
        deep: { list: [1, weak, { ok: 1 }] },
        map: new Map<string, unknown>([
          ['w', weak],
          ['n', 1],
        ]),
        callback: (): unknown => weak,
        shared: {} as object,
      };
      app.shared = app.deep;
      captures(
        app.callback,
        ['weak'],
        () => [{ value: weak }],
        () => app.callback,
      );
      const fn = (): unknown => app;
      captures(
        fn,
        ['app'],
        () => [{ value: app }],
        (values) => () => values[0],
      );
      const got = roundtrip(fn)() as typeof app;
      const touches: (() => unknown)[] = [
        () => got.weak,
        () => (got.deep.list[1] as WeakMap<object, unknown>).get({}),
        () => String(got.map.get('w')),
        () => (got.map.get('w') as () => void)(),
        () => got.callback,
      ];
      for (const touch of touches) assert.throws(touch, NotShippableError);
      assert.throws(() => got.weak, /^NotShippableError: value › app\.weak: WeakMap/);
      assert.throws(() => got.callback, /callback › weak/);
      assert.deepEqual([got.deep.list[0], got.deep.list[2], got.map.get('n')], [1, { ok: 1 }, 1]);
      assert.equal(got.shared, got.deep);
      got.weak = new WeakMap();
      assert.ok(got.weak instanceof WeakMap);
    },
  );

  await t.test('what a refused value would have needed is not asked of the receiver', async () => {
    function needless(): void {}
    function needed(): void {}
    const weak = new WeakMap();
    captures(
      needless,
      ['weak'],
      () => [{ value: weak }],
      () => needless,
      ['file:///needless.js'],
    );
    const holder = { refused: needless, needed };
    captures(
      needed,
      [],
      () => [],
      () => needed,
      ['file:///wanted.js'],
    );
    const fn = giving(holder);
    const message = encode(fn, new Parcel()).slice();
    prepared.length = 0;
    await prepare(message);
    assert.deepEqual(prepared, ['file:///wanted.js']);
    assert.throws(() => (decode(message, new Parcel()) as () => typeof holder)().refused, NotShippableError);
  });

  await t.test('poison travels on as poison, in strict places too', () => {
    const holder = { weak: new WeakMap(), list: [new WeakMap()] };
    const got = roundtrip(roundtrip(giving(holder))()) as typeof holder;
    assert.throws(() => got.weak, /holder\.weak: WeakMap/);
    assert.throws(() => String(got.list[0]), /holder\.list\[0\]: WeakMap/);
  });

  await t.test('poison in many records alike is the same as in one: a property that throws', () => {
    const holder = Array.from({ length: 40 }, (_, id) => ({ id, weak: id % 2 ? new WeakMap() : id }));
    const got = roundtrip(roundtrip(giving(holder))()) as typeof holder;
    assert.equal(got[38].weak, 38);
    assert.throws(() => got[39].weak, /holder\[39\]\.weak: WeakMap/);
    const { get } = Object.getOwnPropertyDescriptor(got[39], 'weak')!;
    assert.equal(typeof get, 'function');
  });

  await t.test('unregistered symbols that a function closes over stay one symbol', () => {
    const key = Symbol('key');
    const state = { [key]: 1, key };
    const fn = (): unknown => state;
    captures(
      fn,
      ['key', 'state'],
      () => [{ value: key }, { value: state }],
      (values) => () => values,
    );
    const [, got] = roundtrip(fn)() as [symbol, { [key]: number; key: symbol }];
    assert.equal(got[key], 1);
    assert.equal(got.key, key);
  });
});
