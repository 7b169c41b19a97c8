import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { ShareableValue } from '../../src/index.js';
import {
  ClosedError,
  Queue,
  SerializationError,
  ShareableList,
  SharedMemory,
  SystemCallError,
} from '../../src/index.js';
import { killedAt } from '../kill/killed-at.js';
import { Program } from '../process/program.js';
import { sharedMemoryFolder } from '../support/scratch.js';
import { eventually, inChild, start } from '../support/start.js';

const values: ShareableValue[] = [
  null,
  true,
  false,
  0,
  -0,
  42,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  1.5,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  Number.MIN_VALUE,
  0n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  '',
  'text',
  '12345678',
  'ends in zeros\0\0',
  'héllo wörld ✓ 🙂',
  'half a pair \ud83d',
  new Uint8Array(0),
  new Uint8Array([0, 1, 0, 0]),
  Buffer.from('bytes\0'),
  'x'.repeat(10_000),
];

const is = (code: string) => (error: unknown) => error instanceof SystemCallError && error.code === code;

test('ShareableList holds every value exactly, here, by name and in another process', async () => {
  const list = new ShareableList(values);
  assert.equal(list.length, values.length);
  assert.deepStrictEqual([...list], values);
  const attached = new ShareableList(undefined, { name: list.name });
  assert.deepStrictEqual([...attached], values);
  const seen = await inChild((list: ShareableList) => [...list], list);
  assert.deepStrictEqual(seen, values);
  assert.ok(Object.is(list.get(4), -0));
  list.unlink();
});

test('ShareableList takes any iterable, and none at all is a list too', () => {
  assert.deepEqual([...new ShareableList(new Set([1, 'two']))], [1, 'two']);
  assert.deepEqual([...new ShareableList('abc')], ['a', 'b', 'c']);
  const empty = new ShareableList([]);
  assert.equal(empty.length, 0);
  assert.deepEqual([...new ShareableList(null, { name: empty.name })], []);
  assert.throws(() => empty.get(0), RangeError);
});

test('ShareableList(values, { name }) has that name; EEXIST, ENOENT and wrong names as SharedMemory', () => {
  const name = `test-list-${process.pid}`;
  assert.throws(() => new ShareableList(undefined, { name }), is('ENOENT'));
  const list = new ShareableList([1], { name });
  assert.equal(list.name, name);
  assert.throws(() => new ShareableList([1], { name }), is('EEXIST'));
  assert.throws(() => new ShareableList([1], { name: 'a/b' }), RangeError);
  assert.throws(() => new ShareableList(), TypeError);
  assert.throws(() => new ShareableList(5 as never), TypeError);
  list.unlink();
  assert.throws(() => list.unlink(), is('ENOENT'));
});

test('ShareableList of what it does not hold is a TypeError, of more than 64 bits a RangeError; nothing is made', () => {
  const before = readdirSync('/dev/shm').filter((name) => name.includes(`-mh-${process.pid.toString(36)}-`));
  for (const wrong of [
    undefined,
    {},
    [],
    new Date(),
    Symbol('s'),
    () => 1,
    new Uint16Array(2),
    new ArrayBuffer(2),
  ] as never[]) {
    assert.throws(() => new ShareableList([1, wrong]), TypeError);
  }
  for (const wrong of [2n ** 63n, -(2n ** 63n) - 1n])
    assert.throws(() => new ShareableList([wrong]), RangeError);
  const after = readdirSync('/dev/shm').filter((name) => name.includes(`-mh-${process.pid.toString(36)}-`));
  assert.deepEqual(after, before);
});

test('ShareableList.get() and set() at an index that is not there are RangeErrors', () => {
  const list = new ShareableList([1, 2]);
  for (const wrong of [-1, 2, 0.5, Number.NaN]) {
    assert.throws(() => list.get(wrong), RangeError);
    assert.throws(() => list.set(wrong, 1), RangeError);
  }
  for (const wrong of ['0', undefined, null] as never[]) {
    assert.throws(() => list.get(wrong), TypeError);
    assert.throws(() => list.set(wrong, 1), TypeError);
  }
});

test('ShareableList.set() replaces by any type; text and bytes only up to the room the element was made with', () => {
  const list = new ShareableList(['abc', 1, 'x'.repeat(8), null, new Uint8Array(20)]);
  const rooms = [8, 8, 16, 8, 24];
  for (const [index, room] of rooms.entries()) {
    for (const value of [5, true, null, -7n, 'y'.repeat(room), Buffer.alloc(room, 1), '']) {
      list.set(index, value);
      assert.deepStrictEqual(list.get(index), value);
    }
    list.set(index, 'kept');
    for (const long of ['y'.repeat(room + 1), Buffer.alloc(room + 1), 'é'.repeat(room / 2 + 1)]) {
      assert.throws(() => list.set(index, long), {
        name: 'RangeError',
        message: new RegExp(`room for ${room} bytes`),
      });
    }
    assert.equal(list.get(index), 'kept');
  }
  assert.throws(() => list.set(0, undefined as never), TypeError);
  assert.throws(() => list.set(0, 2n ** 63n), RangeError);
});

test('ShareableList.get() gives bytes of its own: changing them changes nothing', () => {
  const list = new ShareableList([new Uint8Array([1, 2])]);
  (list.get(0) as Uint8Array)[0] = 9;
  assert.deepEqual(list.get(0), new Uint8Array([1, 2]));
});

test('ShareableList.count() and index() find what is of the same type and equal; index() of nothing is a RangeError', () => {
  const list = new ShareableList([
    1,
    'a',
    1n,
    1,
    true,
    null,
    Number.NaN,
    Buffer.from('a'),
    new Uint8Array([97]),
  ]);
  assert.equal(list.count(1), 2);
  assert.equal(list.count(1n), 1);
  assert.equal(list.count('a'), 1);
  assert.equal(list.count(Number.NaN), 1);
  assert.equal(list.count(Buffer.from('a')), 2);
  assert.equal(list.count('b'), 0);
  assert.equal(list.index(1), 0);
  assert.equal(list.index(1n), 2);
  assert.equal(list.index(null), 5);
  assert.equal(list.index(new Uint8Array([97])), 7);
  assert.throws(() => list.index('b'), RangeError);
});

test('ShareableList.close(): name and length still work, the values are a ClosedError; shm is its memory', () => {
  const list = new ShareableList([1, 2]);
  const other = new ShareableList(undefined, { name: list.name });
  assert.ok(list.shm instanceof SharedMemory);
  assert.equal(list.shm.name, list.name);
  list.close();
  list.close();
  assert.equal(list.length, 2);
  assert.throws(() => list.get(0), ClosedError);
  assert.throws(() => list.set(0, 1), ClosedError);
  assert.equal(other.get(0), 1);
  other.shm.close();
  assert.throws(() => other.get(0), ClosedError);
  list.shm.unlink();
  {
    using third = new ShareableList([1]);
    third.unlink();
  }
});

test('ShareableList travels as the same object', async () => {
  const list = new ShareableList(['', 0]);
  const queue = new Queue<ShareableList>();
  await queue.put(list);
  assert.equal(await queue.get(), list);
  const back = await inChild((list: ShareableList) => {
    list.set(0, 'changed');
    return list;
  }, list);
  assert.equal(back, list);
  assert.equal(list.get(0), 'changed');
  const made = await inChild(() => new ShareableList(['made', 'elsewhere']));
  assert.deepEqual([...made], ['made', 'elsewhere']);
});

test('ShareableList is attached to by another program', async () => {
  const folder = sharedMemoryFolder();
  const owner = new Program('../sync/list.ts', ['make'], folder);
  const [, name] = await owner.output(/^name (.*)$/m);
  const other = new Program('../sync/list.ts', [name], folder);
  await other.output(/^saw \["a",1,null\]$/m);
  await owner.output(/^changed to b$/m);
  owner.kill('SIGKILL');
  await Promise.all([owner.ended, other.ended]);
});

test('ShareableList: an element is never seen half-written, however many write it', async () => {
  const size = 40_000;
  const list = new ShareableList(['a'.repeat(size), 0]);
  const write = (list: ShareableList, letter: string, size: number) => {
    while (list.get(1) === 0) list.set(0, letter.repeat(size - letter.charCodeAt(0)));
  };
  const writers = [await start(write, [list, 'b', size]), await start(write, [list, 'c', size])];
  const seen = new Set<string>();
  for (let round = 0; round < 3000 || seen.size < 2; round++) {
    const text = list.get(0) as string;
    seen.add(text[0]);
    assert.equal(text, text[0].repeat(text.length));
    assert.equal(text.length, text[0] === 'a' ? size : size - text.charCodeAt(0));
  }
  list.set(1, 1);
  for (const writer of writers) await writer.result();
});

test('ShareableList.set() by a process that is killed in it leaves the old value, and others write on', async () => {
  const list = new ShareableList(['old value']);
  await killedAt('list.set.half', (list: ShareableList) => list.set(0, 'new value'), [list]);
  assert.equal(list.get(0), 'old value');
  list.set(0, 'next one');
  assert.equal(list.get(0), 'next one');
  const writer = await start(
    (list: ShareableList) => {
      for (let i = 0; ; i++) list.set(0, `value ${i % 10}`);
    },
    [list],
  );
  await eventually(() => list.get(0) !== 'next one');
  writer.kill();
  await writer.join();
  assert.match(String(list.get(0)), /^value \d$/);
  list.set(0, 'the end');
  assert.equal(list.get(0), 'the end');
});

test('ShareableList: memory that holds no list, or damaged bytes, is a SerializationError, and nothing crashes', () => {
  const plain = new SharedMemory({ create: true, size: 100 });
  const tiny = new SharedMemory({ create: true, size: 3 });
  for (const { name } of [plain, tiny])
    assert.throws(() => new ShareableList(undefined, { name }), SerializationError);
  let seed = 99;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 16;
  };
  for (let round = 0; round < 2000; round++) {
    const list = new ShareableList([1, 'text', 2n, 'more text than that', null]);
    const bytes = new Uint8Array(list.shm.buffer);
    const from = [0, 8, 64, 64 + 16][round % 4];
    const length = [bytes.length, 8, 32, 16][round % 4];
    for (let at = from; at < Math.min(from + length, bytes.length); at++) bytes[at] = random();
    if (round % 4 === 2) bytes.fill(0, 64 + 8, 64 + 16); // a writer that may be alive is waited for
    const attempts = [
      () => [...new ShareableList(undefined, { name: list.name })],
      () => [...list],
      () => list.count('text'),
      () => round % 4 !== 0 && list.set(0, 'x'),
    ];
    for (const attempt of attempts) {
      try {
        attempt();
      } catch (error) {
        assert.ok(error instanceof SerializationError || error instanceof RangeError, String(error));
      }
    }
    list.close();
    list.unlink();
  }
  for (const memory of [plain, tiny]) memory.unlink();
});
