import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  type ManagedDict,
  Manager,
  NotShippableError,
  Process,
  Queue,
  RemoteError,
  SerializationError,
} from '../../src/index.js';
import { inChild, start } from '../support/start.js';

const manager = await Manager();
after(() => manager.shutdown());

test('Manager.dict() starts empty, or from a Map, entries, a generator or a plain object', async () => {
  assert.equal(await (await manager.dict()).size(), 0);
  assert.deepEqual(await (await manager.dict(new Map([[1, 'a']]))).entries(), [[1, 'a']]);
  assert.deepEqual(
    await (
      await manager.dict([
        ['x', 1],
        ['y', 2],
      ])
    ).entries(),
    [
      ['x', 1],
      ['y', 2],
    ],
  );
  assert.deepEqual(await (await manager.dict({ a: 1, b: 2 })).entries(), [
    ['a', 1],
    ['b', 2],
  ]);
  const squares = (function* () {
    for (let i = 0; i < 3; i++) yield [i, i * i] as const;
  })();
  assert.deepEqual(await (await manager.dict(squares)).entries(), [
    [0, 0],
    [1, 1],
    [2, 4],
  ]);
});

test('Manager.dict(no entries) is a TypeError', async () => {
  for (const bad of [5, 'text', null, [1, 2], [[1]], new Date()]) {
    await assert.rejects(manager.dict(bad as never), TypeError);
  }
});

test('ManagedDict.get(), set(), has(), delete(), size(), clear()', async () => {
  const d = await manager.dict<string, number>();
  assert.equal(await d.set('a', 1), undefined);
  await d.set('b', 2);
  assert.equal(await d.get('a'), 1);
  assert.equal(await d.get('z'), undefined);
  assert.equal(await d.has('b'), true);
  assert.equal(await d.has('z'), false);
  assert.equal(await d.size(), 2);
  assert.equal(await d.delete('a'), true);
  assert.equal(await d.delete('a'), false);
  await d.clear();
  assert.equal(await d.size(), 0);
});

test('ManagedDict.keys(), values(), entries(), forEach() and for await are in order of insertion', async () => {
  const d = await manager.dict<string | number, number>([
    ['b', 1],
    [7, 2],
    ['a', 3],
  ]);
  await d.set('b', 9);
  assert.deepEqual(await d.keys(), ['b', 7, 'a']);
  assert.deepEqual(await d.values(), [9, 2, 3]);
  assert.deepEqual(await d.entries(), [
    ['b', 9],
    [7, 2],
    ['a', 3],
  ]);
  const seen: unknown[] = [];
  for await (const [key, value] of d) seen.push([key, value]);
  await d.forEach((value, key) => void seen.push([key, value]));
  assert.deepEqual(seen, [...(await d.entries()), ...(await d.entries())]);
});

test('ManagedDict keeps the types of keys', async () => {
  const d = await manager.dict<unknown, string>();
  const keys = [1, '1', 1n, true, null, undefined, Number.NaN, Symbol.for('k')];
  for (const key of keys) await d.set(key, typeof key);
  assert.deepEqual(await d.keys(), keys);
  for (const key of keys) assert.equal(await d.get(key), typeof key);
  await d.set(-0, 'zero');
  assert.equal(await d.get(0), 'zero');
});

test('ManagedDict compares keys that are arrays, plain objects, dates and bytes by content', async () => {
  const d = await manager.dict<unknown, string>();
  await d.set([1, 'a'], 'tuple');
  await d.set({ x: 1, y: [2] }, 'object');
  await d.set(new Date(5), 'date');
  await d.set(Buffer.from('ab'), 'bytes');
  await d.set('[1,"a"]', 'text');
  assert.equal(await d.get([1, 'a']), 'tuple');
  assert.equal(await d.get({ y: [2], x: 1 }), 'object');
  assert.equal(await d.get(new Date(5)), 'date');
  assert.equal(await d.get(Buffer.from('ab')), 'bytes');
  assert.equal(await d.get('[1,"a"]'), 'text');
  assert.equal(await d.get([1, 'b']), undefined);
  await d.set([1, 'a'], 'again');
  assert.equal(await d.size(), 5);
  assert.deepEqual((await d.keys())[0], [1, 'a']);
  assert.equal(await d.delete([1, 'a']), true);
  assert.equal(await d.has([1, 'a']), false);
});

test('ManagedDict.set() with a key that has no content to compare is a TypeError with the remote stack', async () => {
  const d = await manager.dict<unknown, number>();
  class Point {}
  const deep: unknown[] = [];
  deep.push(deep);
  for (const key of [new Map(), new Point(), () => 1, deep]) {
    await assert.rejects(
      d.set(key, 1),
      (error: Error) => error instanceof TypeError && error.cause instanceof RemoteError,
    );
  }
  await assert.rejects(
    d.update([
      [1, 1],
      [new Map(), 2],
    ] as Iterable<[unknown, number]>),
    TypeError,
  );
  assert.equal(await d.size(), 0);
});

test('ManagedDict.get() gives a frozen copy: a change that would be lost throws', async () => {
  const d = await manager.dict<string, { n: number; list: { x: number }[] }>();
  const own = { n: 1, list: [{ x: 1 }] };
  await d.set('k', own);
  own.n = 99;
  const read = (await d.get('k'))!;
  assert.deepEqual(read, { n: 1, list: [{ x: 1 }] });
  assert.throws(() => (read.n = 2), TypeError);
  assert.throws(() => read.list.push({ x: 2 }), TypeError);
  assert.throws(() => (read.list[0].x = 2), TypeError);
  for (const value of [...(await d.values()), ...(await d.entries()).map(([, v]) => v)])
    assert.ok(Object.isFrozen(value));
  await d.set('k', { ...read, n: 2 });
  assert.equal((await d.get('k'))?.n, 2);
});

test('ManagedDict.getValue() is a Map of our own, not frozen', async () => {
  const d = await manager.dict({ a: { n: 1 } });
  const copy = await d.getValue();
  assert.ok(copy instanceof Map);
  copy.get('a')!.n = 5;
  copy.set('b', { n: 2 });
  assert.deepEqual(await d.getValue(), new Map([['a', { n: 1 }]]));
});

test('ManagedDict.setdefault(), pop(), popitem()', async () => {
  const d = await manager.dict<string, number>({ a: 1 });
  assert.equal(await d.setdefault('a', 5), 1);
  assert.equal(await d.setdefault('b', 5), 5);
  assert.equal(await d.pop('a'), 1);
  assert.equal(await d.pop('a'), undefined);
  assert.equal(await d.pop('a', 7), 7);
  await d.set('c', 3);
  assert.deepEqual(await d.popitem(), ['c', 3]);
  assert.deepEqual(await d.popitem(), ['b', 5]);
  assert.equal(await d.popitem(), undefined);
});

test('ManagedDict.update(other) sets all its entries', async () => {
  const d = await manager.dict<string, number>({ a: 1 });
  await d.update({ a: 2, b: 3 });
  await d.update(new Map([['c', 4]]));
  assert.deepEqual(
    await d.getValue(),
    new Map([
      ['a', 2],
      ['b', 3],
      ['c', 4],
    ]),
  );
  await assert.rejects(d.update(5 as never), TypeError);
});

test('ManagedDict.increment() counts from 0, by n, and by bigints', async () => {
  const d = await manager.dict<string, unknown>({ text: 'x' });
  assert.equal(await d.increment('n'), 1);
  assert.equal(await d.increment('n', 10), 11);
  assert.equal(await d.increment('big', 2n ** 60n), 2n ** 60n);
  await assert.rejects(d.increment('text'), /increment: the value is of type string/);
  await assert.rejects(d.increment('n', 1n), TypeError);
  await assert.rejects(d.increment('n', 'a' as never), TypeError);
});

test('ManagedDict.update(key, fn) runs fn at the server as one step, in every process', async () => {
  const d = await manager.dict<string, { n: number }>();
  const step = 2;
  const grow = (value: { n: number } | undefined) => ({ n: (value?.n ?? 0) + step });
  assert.deepEqual(await d.update('k', grow), { n: 2 });
  const many = async (d: ManagedDict<string, { n: number }>) => {
    for (let i = 0; i < 50; i++) {
      await d.update('k', (value) => {
        value!.n++;
        return value!;
      });
    }
  };
  const workers = await Promise.all([1, 2, 3].map(() => start(many, [d])));
  await Promise.all(workers.map((worker) => worker.result()));
  assert.deepEqual(await d.get('k'), { n: 152 });
});

test('ManagedDict.update(key, fn) that throws or gives what can not travel changes nothing', async () => {
  const d = await manager.dict({ k: { n: 1 } });
  class OwnError extends Error {
    code = 'OWN';
  }
  const failing = d.update('k', (value) => {
    value!.n = 9;
    throw new OwnError('not today');
  });
  await assert.rejects(failing, (error: Error) => {
    assert.ok(error instanceof OwnError);
    assert.equal(error.code, 'OWN');
    assert.ok(error.cause instanceof RemoteError);
    assert.match(error.cause.processName, /^Manager-/);
    assert.match(error.cause.remoteStack, /managed-dict\.test/);
    return true;
  });
  await assert.rejects(d.update('k', (() => process.stdout) as never), /result/);
  await assert.rejects(d.update('k', (async () => ({ n: 2 })) as never), /not async/);
  assert.deepEqual(await d.get('k'), { n: 1 });
  await assert.rejects(d.update('k', 5 as never), TypeError);
});

test('ManagedDict.compareAndSet() compares by content, and a missing key as undefined', async () => {
  const d = await manager.dict<string, unknown>();
  assert.equal(await d.compareAndSet('k', undefined, { a: [1] }), true);
  assert.equal(await d.compareAndSet('k', undefined, 0), false);
  assert.equal(await d.compareAndSet('k', { a: [2] }, 0), false);
  assert.equal(await d.compareAndSet('k', { a: [1] }, 5), true);
  assert.equal(await d.compareAndSet('k', '5', 6), false);
  assert.equal(await d.compareAndSet('k', 5, 6), true);
  const [one, other] = [await manager.dict(), await manager.dict()];
  await d.set('p', one);
  assert.equal(await d.compareAndSet('p', other, 1), false);
  assert.equal(await d.compareAndSet('p', one, 1), true);
});

test('ManagedDict.transaction() is all or nothing', async () => {
  const accounts = await manager.dict<string, { balance: number }>({ a: { balance: 5 }, b: { balance: 0 } });
  const amount = 4;
  const left = await accounts.transaction((draft) => {
    const [a, b] = [draft.get('a')!, draft.get('b')!];
    if (a.balance < amount) throw new RangeError('too little');
    a.balance -= amount;
    b.balance += amount;
    draft.set('log', { balance: draft.size });
    return a.balance;
  });
  assert.equal(left, 1);
  const state = new Map([
    ['a', { balance: 1 }],
    ['b', { balance: 4 }],
    ['log', { balance: 2 }],
  ]);
  assert.deepEqual(await accounts.getValue(), state);
  const failing = accounts.transaction((draft) => {
    for (const value of draft.values()) value.balance = 0;
    draft.delete('b');
    draft.clear();
    throw new RangeError('too little');
  });
  await assert.rejects(failing, RangeError);
  assert.deepEqual(await accounts.getValue(), state);
  await assert.rejects(
    accounts.transaction(async () => 1),
    /not async/,
  );
  await assert.rejects(accounts.transaction(7 as never), TypeError);
});

test('ManagedDict.set() with what can not travel names the path, and the dict goes on', async () => {
  const d = await manager.dict<string, unknown>();
  const { stdout } = process;
  const error = await d.set('k', { db: { stdout } }).then(
    () => assert.fail(),
    (e: Error) => e,
  );
  assert.ok(error instanceof SerializationError || error instanceof NotShippableError);
  assert.match(error.message, /^args\[1\]\.db\.stdout/);
  await d.set('k', 1);
  assert.equal(await d.get('k'), 1);
});

test('ManagedDict carries what travels anywhere: instances, functions, queues, large bytes', async () => {
  class Point {
    x = 1;
    double() {
      return this.x * 2;
    }
  }
  const d = await manager.dict<string, never>();
  const queue = new Queue<number>();
  const all = {
    point: new Point(),
    fn: (n: number) => n + 1,
    queue,
    bytes: Buffer.alloc(300_000, 7),
    date: new Date(1),
    text: 'x'.repeat(100_000),
  };
  for (const [name, value] of Object.entries(all)) await d.set(name, value as never);
  const read = Object.fromEntries(await d.entries()) as unknown as typeof all;
  assert.equal(read.point.double(), 2);
  assert.ok(read.point instanceof Point);
  assert.equal(read.fn(1), 2);
  assert.equal(read.queue, queue);
  assert.deepEqual(read.bytes, all.bytes);
  assert.deepEqual(read.date, all.date);
  assert.equal(read.text, all.text);
});

test('ManagedDict keeps the order of calls that are not awaited, large and small', async () => {
  const d = await manager.dict<string, unknown>();
  const calls: Promise<void>[] = [];
  for (let i = 0; i < 500; i++) calls.push(d.set('k', i % 2 ? i : { i, text: 'x'.repeat(7000) }));
  await Promise.all(calls);
  assert.equal(await d.get('k'), 499);
});

test('ManagedDict toString() and inspection say what it is', async () => {
  const d = await manager.dict();
  assert.match(String(d), /^<ManagedDict \d+>$/);
});

test('a ManagedDict is the same object in every process, and among the values of another one', async () => {
  const outer = await manager.dict<string, ManagedDict<string, number>>();
  const inner = await manager.dict<string, number>();
  await outer.set('inner', inner);
  const child = async (d: typeof outer) => {
    const found = (await d.get('inner'))!;
    await found.set('from child', 1);
    return found === (await d.get('inner'));
  };
  assert.equal(await inChild(child, outer), true);
  assert.equal(await inner.get('from child'), 1);
  assert.equal(await (await outer.get('inner'))!.get('from child'), 1);
});

test('ten processes fill a dict', async () => {
  const d = await manager.dict<number, number>();
  const fill = async (d: ManagedDict<number, number>, i: number) => d.set(i, 2 * i);
  const workers = Array.from({ length: 10 }, (_, i) => new Process({ target: fill, args: [d, i] }));
  await Promise.all(workers.map((worker) => worker.start()));
  await Promise.all(workers.map((worker) => worker.join()));
  assert.deepEqual(
    workers.map((worker) => worker.exitCode),
    Array(10).fill(0),
  );
  const sorted = [...(await d.getValue())].sort(([a], [b]) => a - b);
  assert.deepEqual(
    sorted,
    Array.from({ length: 10 }, (_, i) => [i, 2 * i]),
  );
});

test('a ManagedDict travels in a queue', async () => {
  const queue = new Queue<ManagedDict<string, number>>();
  const d = await manager.dict({ a: 1 });
  await queue.put(d);
  const child = async (queue: Queue<ManagedDict<string, number>>) => (await queue.get()).increment('a');
  assert.equal(await inChild(child, queue), 2);
});
