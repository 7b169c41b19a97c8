import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NumberType } from '../../src/index.js';
import { Lock, Pipe, Queue, RawValue, RLock, SharedValue, StateError } from '../../src/index.js';
import { eventually, inChild, start } from '../support/start.js';

const pythonSizes = {
  c: 1,
  u: 4,
  b: 1,
  B: 1,
  h: 2,
  H: 2,
  i: 4,
  I: 4,
  l: 8,
  L: 8,
  q: 8,
  Q: 8,
  f: 4,
  d: 8,
} as const;

const classes = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** The limits of the whole numbers of a type, or undefined for floats. */
const limits: Record<string, readonly [number | bigint, number | bigint]> = {
  c: [0, 255],
  u: [0, 4294967295],
  b: [-128, 127],
  B: [0, 255],
  h: [-32768, 32767],
  H: [0, 65535],
  i: [-2147483648, 2147483647],
  I: [0, 4294967295],
  l: [-(2n ** 63n), 2n ** 63n - 1n],
  L: [0n, 2n ** 64n - 1n],
  q: [-(2n ** 63n), 2n ** 63n - 1n],
  Q: [0n, 2n ** 64n - 1n],
  Int8Array: [-128, 127],
  Uint8Array: [0, 255],
  Int16Array: [-32768, 32767],
  Uint16Array: [0, 65535],
  Int32Array: [-2147483648, 2147483647],
  Uint32Array: [0, 4294967295],
  BigInt64Array: [-(2n ** 63n), 2n ** 63n - 1n],
  BigUint64Array: [0n, 2n ** 64n - 1n],
};

const everyType: NumberType[] = [...(Object.keys(pythonSizes) as (keyof typeof pythonSizes)[]), ...classes];
const nameOf = (type: NumberType) => (typeof type === 'string' ? type : type.name);
const ofAnyType = (type: NumberType, initial?: number | bigint) =>
  new SharedValue<NumberType>(type, initial as never);

test('SharedValue of every type is zero at first, holds its limits exactly and nothing beyond them', () => {
  for (const type of everyType) {
    const value = ofAnyType(type);
    const limit = limits[nameOf(type)];
    if (!limit) continue;
    assert.equal(value.value, typeof limit[0] === 'bigint' ? 0n : 0, nameOf(type));
    for (const most of limit) {
      value.value = most as never;
      assert.equal(value.value, most, nameOf(type));
    }
    const step = typeof limit[0] === 'bigint' ? 1n : 1;
    const beyond = [(limit[0] as number) - (step as number), (limit[1] as number) + (step as number)];
    for (const wrong of beyond) assert.throws(() => (value.value = wrong as never), RangeError, nameOf(type));
    assert.equal(value.value, limit[1]);
  }
});

test('SharedValue of whole numbers refuses fractions and NaN with RangeError, other types with TypeError', () => {
  const value = new SharedValue('i', 7);
  for (const wrong of [1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => (value.value = wrong), RangeError);
    assert.throws(() => value.add(wrong), RangeError);
  }
  for (const wrong of ['1', 1n, null, undefined, {}, true] as never[]) {
    assert.throws(() => (value.value = wrong), TypeError);
    assert.throws(() => value.add(wrong), TypeError);
    assert.throws(() => value.compareExchange(7, wrong), TypeError);
    assert.throws(() => value.update(() => wrong), TypeError);
  }
  assert.equal(value.value, 7);
  value.value = -0;
  assert.ok(Object.is(value.value, 0));
});

test('SharedValue of 64 bits reads as a bigint, and takes bigints and safe whole numbers', () => {
  const value = new SharedValue('q', 5);
  assert.equal(value.value, 5n);
  assert.equal(value.add(1n), 5n);
  assert.equal(value.add(-2), 6n);
  assert.equal(value.value, 4n);
  value.value = Number.MAX_SAFE_INTEGER;
  assert.equal(value.value, BigInt(Number.MAX_SAFE_INTEGER));
  for (const wrong of [2 ** 53, 0.5, Number.NaN]) assert.throws(() => (value.value = wrong), RangeError);
  for (const wrong of ['1', null, {}] as never[]) assert.throws(() => (value.value = wrong), TypeError);
  assert.throws(() => new SharedValue('L', -1), RangeError);
});

test('SharedValue of floats holds any number, rounded to its width', () => {
  const double = new SharedValue('d', 0.1);
  assert.equal(double.value, 0.1);
  for (const number of [Number.NaN, -0, Number.POSITIVE_INFINITY, Number.MIN_VALUE, Number.MAX_VALUE]) {
    double.value = number;
    assert.ok(Object.is(double.value, number));
  }
  assert.equal(new SharedValue('f', 0.1).value, Math.fround(0.1));
  assert.throws(() => new SharedValue('d', 1n as never), TypeError);
});

test('SharedValue(Uint8ClampedArray) holds the nearest byte, as the class does', () => {
  const value = new SharedValue(Uint8ClampedArray, 300);
  assert.equal(value.value, 255);
  value.value = 1.5;
  assert.equal(value.value, 2);
  assert.equal(value.add(-10), 2);
  assert.equal(value.value, 0);
  assert.equal(value.compareExchange(0, 12), 0);
  assert.equal(
    value.update((byte) => byte * 100),
    255,
  );
});

test('SharedValue(unknown type) is a TypeError that lists the known ones', () => {
  for (const wrong of ['z', 'ii', '', 5, null, undefined, DataView, Map, {}] as never[]) {
    assert.throws(() => new SharedValue(wrong), {
      name: 'TypeError',
      message: /Known are: 'c', .*'d', Int8Array/,
    });
  }
});

test('SharedValue.add() gives the value before; a sum that does not fit is a RangeError and changes nothing', () => {
  const value = new SharedValue('b', 120);
  assert.equal(value.add(7), 120);
  assert.throws(() => value.add(1), RangeError);
  assert.equal(value.value, 127);
  const double = new SharedValue('d', 0.5);
  assert.equal(double.add(0.25), 0.5);
  assert.equal(double.value, 0.75);
});

test('SharedValue.compareExchange() replaces only what was expected; NaN is NaN', () => {
  for (const type of everyType) {
    const value = ofAnyType(type, 1);
    const [one, two, three] = typeof value.value === 'bigint' ? [1n, 2n, 3n] : [1, 2, 3];
    assert.equal(value.compareExchange(two as never, three as never), one, nameOf(type));
    assert.equal(value.value, one);
    assert.equal(value.compareExchange(one as never, three as never), one);
    assert.equal(value.value, three);
  }
  const double = new SharedValue('d', Number.NaN);
  assert.ok(Number.isNaN(double.compareExchange(Number.NaN, 1)));
  assert.equal(double.value, 1);
});

test('SharedValue.update() gives the new value; fn that throws changes nothing', () => {
  const value = new SharedValue('i', 20);
  assert.equal(
    value.update((n) => n * 2),
    40,
  );
  assert.throws(
    () =>
      value.update(() => {
        throw new SyntaxError('inside');
      }),
    SyntaxError,
  );
  assert.throws(() => value.update((async () => 1) as never), TypeError);
  assert.equal(value.value, 40);
});

test('SharedValue.add() and update() of several processes lose nothing, in every width', async () => {
  const TIMES = 5000;
  const counters = {
    i: new SharedValue('i'),
    h: new SharedValue('h'),
    q: new SharedValue('q'),
    d: new SharedValue('d'),
    f: new SharedValue('f'),
  };
  const work = (c: typeof counters, times: number) => {
    for (let i = 0; i < times; i++) {
      c.i.add(1);
      c.h.add(i % 2 === 0 ? 1 : -1);
      c.q.update((n) => n + 2n);
      c.d.add(0.5);
      c.f.add(1);
    }
  };
  const others = [await start(work, [counters, TIMES]), await start(work, [counters, TIMES])];
  work(counters, TIMES);
  for (const other of others) await other.result();
  assert.equal(counters.i.value, 3 * TIMES);
  assert.equal(counters.h.value, 0);
  assert.equal(counters.q.value, BigInt(6 * TIMES));
  assert.equal(counters.d.value, 1.5 * TIMES);
  assert.equal(counters.f.value, 3 * TIMES);
});

test('SharedValue.lock is an RLock of its own, the one that was given, or none', async () => {
  const own = new SharedValue('i');
  assert.ok(own.lock instanceof RLock);
  assert.equal(own.lock, own.lock);
  assert.ok(new SharedValue('i', 0, { lock: true }).lock instanceof RLock);
  const lock = new Lock();
  assert.equal(new SharedValue('i', 0, { lock }).lock, lock);
  const without = new SharedValue('i', 0, { lock: false });
  assert.equal(without.lock, undefined);
  await assert.rejects(
    without.runExclusive(() => 1),
    StateError,
  );
  assert.throws(() => without.runExclusiveSync(() => 1), StateError);
  for (const wrong of [1, 'lock', null, {}] as never[]) {
    assert.throws(() => new SharedValue('i', 0, { lock: wrong }), TypeError);
  }
});

test('SharedValue.runExclusive() and runExclusiveSync() hold the lock, in other processes too', async () => {
  const value = new SharedValue('i');
  const work = async (value: SharedValue<'i'>) => {
    for (let i = 0; i < 300; i++) {
      await value.runExclusive(async () => {
        const before = value.value;
        if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
        value.value = before + 1;
      });
      value.runExclusiveSync(() => (value.value = value.value + 1));
    }
  };
  const others = [await start(work, [value]), await start(work, [value])];
  for (const other of others) await other.result();
  assert.equal(value.value, 1200);
  assert.equal(value.lock?.locked(), false);
  await value.runExclusive(() => assert.equal(value.lock?.locked(), true));
});

test('SharedValue.raw is the same number without the lock, and travels', async () => {
  const value = new SharedValue('d', 1.5);
  assert.ok(value.raw instanceof RawValue);
  assert.ok(!(value.raw instanceof SharedValue));
  assert.equal(value.raw, value.raw);
  value.raw.value = 2.5;
  assert.equal(value.value, 2.5);
  await inChild((raw: RawValue<'d'>) => {
    raw.add(1);
  }, value.raw);
  assert.equal(value.value, 3.5);
});

test('SharedValue travels as the same object, with its lock, by arguments, queue, pipe and result', async () => {
  const lock = new Lock();
  const value = new SharedValue('i', 1, { lock });
  const queue = new Queue<SharedValue<'i'>>();
  await queue.put(value);
  assert.equal(await queue.get(), value);
  const [a, b] = Pipe();
  await a.send({ value, again: value, raw: value.raw, lock });
  const received = (await b.recv()) as { value: unknown; again: unknown; raw: unknown; lock: unknown };
  assert.deepEqual(Object.values(received), [value, value, value.raw, lock]);
  const back = await inChild(
    (value: SharedValue<'i'>, lock: Lock) => {
      value.value = value.lock === lock ? 5 : -1;
      return value;
    },
    value,
    lock,
  );
  assert.equal(back, value);
  assert.equal(value.value, 5);
});

test('SharedValue made by a process that has ended stays with those who received it', async () => {
  const value = await inChild(() => {
    const made = new SharedValue('q', 40);
    made.add(2n);
    return made;
  });
  assert.equal(value.value, 42n);
  value.add(1n);
  const again = await inChild((value: SharedValue<'q'>) => value.value, value);
  assert.equal(again, 43n);
  await value.runExclusive(() => {});
});

test('SharedValue is not locked for ever by a holder that was killed', async () => {
  const value = new SharedValue('i', 0);
  const holder = await start(
    (value: SharedValue<'i'>) =>
      value.runExclusive(async () => {
        value.value = 1;
        await new Promise((resolve) => setTimeout(resolve, 1e8));
      }),
    [value],
  );
  await eventually(() => value.value === 1);
  const waiting = value.runExclusive(() => value.value);
  holder.kill();
  assert.equal(await waiting, 1);
  await holder.join();
});

test('RawValue has the members of SharedValue without a lock', async () => {
  const value = new RawValue('i', 3);
  assert.equal(value.value, 3);
  assert.equal(value.add(2), 3);
  assert.equal(value.compareExchange(5, 6), 5);
  assert.equal(
    value.update((n) => n + 1),
    7,
  );
  value.value = 8;
  assert.ok(!('lock' in value));
  const queue = new Queue<RawValue<'i'>>();
  await queue.put(value);
  assert.equal(await queue.get(), value);
  await inChild((value: RawValue<'i'>) => {
    value.value *= 2;
  }, value);
  assert.equal(value.value, 16);
});

test('RawValue(unknown type) and wrong initial values throw as SharedValue does', () => {
  assert.throws(() => new RawValue('z' as never), TypeError);
  assert.throws(() => new RawValue('i', 'x' as never), TypeError);
  assert.throws(() => new RawValue('B', 256), RangeError);
});
