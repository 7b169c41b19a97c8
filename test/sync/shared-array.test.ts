import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SerializationError } from '../../src/base/errors.js';
import { reviverOf } from '../../src/base/shippable.js';
import type { NumberType } from '../../src/index.js';
import { ClosedError, Lock, Queue, RawArray, RLock, SharedArray, StateError } from '../../src/index.js';
import { arena } from '../../src/memory/arena.js';
import { Session } from '../../src/memory/session.js';
import { objectSlab, slabClasses } from '../../src/memory/slab-class.js';
import { collectUntil } from '../support/collect.js';
import { eventually, inChild, start } from '../support/start.js';

const MIB = 1024 * 1024;

const classOf = {
  c: Uint8Array,
  u: Uint32Array,
  b: Int8Array,
  B: Uint8Array,
  h: Int16Array,
  H: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
  l: BigInt64Array,
  L: BigUint64Array,
  q: BigInt64Array,
  Q: BigUint64Array,
  f: Float32Array,
  d: Float64Array,
} as const;
const everyClass = [...new Set<NumberType>(Object.values(classOf)), Uint8ClampedArray];

/** Bytes of shared memory that are in use by this session. */
function usedBlocks(): number {
  let used = 0;
  for (const slab of slabClasses.filter(({ name }) => name.startsWith('block-'))) {
    for (const { segment } of arena().itemsOf(slab)) used += segment.itemBytes;
  }
  return used;
}

/** Sizes of the blocks that an agent owns: what others give back meanwhile does not count. */
function blocksOf(agent: number): number[] {
  const blocks = slabClasses.filter(({ name }) => name.startsWith('block-'));
  return blocks
    .flatMap((slab) => [...arena().itemsOf(slab)])
    .filter(({ owner }) => owner === agent)
    .map(({ segment }) => segment.itemBytes);
}

function agentOf(pid: number | undefined): number {
  const { table } = Session.current();
  for (const agent of table.agents()) if (table.identityOf(agent).pid === pid) return agent;
  throw new Error(`no process of the session has pid ${pid}`);
}

const usedCells = () => [...arena().itemsOf(objectSlab)].length;

test('SharedArray of every typecode is a typed array of the size Python has', () => {
  for (const [code, elements] of Object.entries(classOf)) {
    const shared = new SharedArray(code as NumberType, 3);
    assert.ok(shared.array instanceof elements, code);
    assert.equal(shared.array.length, 3);
    assert.equal(shared.length, 3);
  }
});

test('SharedArray of every typed-array class takes values and gives them back', () => {
  for (const elements of everyClass) {
    const wide = elements === BigInt64Array || elements === BigUint64Array;
    const values = wide ? [1n, 0n, 127n] : [1, 0, 127];
    const shared = new SharedArray<NumberType>(elements, values as never);
    assert.deepEqual([...shared], values);
    assert.deepEqual([...(shared.array as never as number[])], values);
  }
});

test('SharedArray takes a length, an array, any iterable, an array-like, a typed array, a Buffer', () => {
  assert.deepEqual([...new SharedArray('i', 2)], [0, 0]);
  assert.deepEqual([...new SharedArray('i', 0)], []);
  assert.equal(new SharedArray('i', 0).array.length, 0);
  assert.deepEqual([...new SharedArray('i', [])], []);
  assert.deepEqual([...new SharedArray('i', [3, -1])], [3, -1]);
  assert.deepEqual([...new SharedArray('i', new Set([3, 4]))], [3, 4]);
  assert.deepEqual([...new SharedArray('d', { length: 2, 0: 0.5, 1: 1.5 })], [0.5, 1.5]);
  assert.deepEqual([...new SharedArray('h', new Int32Array([5, 6]))], [5, 6]);
  assert.deepEqual([...new SharedArray('q', [1, 2n])], [1n, 2n]);
  assert.equal(Buffer.from(new SharedArray('c', Buffer.from('héllo')).array).toString(), 'héllo');
  assert.deepEqual([...new SharedArray('i', [1, 2]).raw], [1, 2]);
});

test('SharedArray(wrong values) are TypeErrors and RangeErrors, and leave nothing behind', async () => {
  assert.throws(() => new SharedArray('z' as never, 1), /Known are/);
  for (const wrong of [undefined, null, 'text', true, 1n, {}, () => 1] as never[]) {
    assert.throws(() => new SharedArray('i', wrong), TypeError);
  }
  for (const wrong of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 53]) {
    assert.throws(() => new SharedArray('d', wrong), RangeError);
  }
  assert.throws(() => new SharedArray('b', [1, 128]), RangeError);
  assert.throws(() => new SharedArray('b', [1, '2' as never]), TypeError);
  assert.throws(() => new SharedArray('i', new BigInt64Array(2) as never), TypeError);
  assert.throws(() => new SharedArray('i', 1, { lock: 5 as never }), TypeError);
  const before = usedBlocks();
  assert.throws(() => new SharedArray('b', [...Array(5000).keys()]), RangeError);
  await collectUntil(() => usedBlocks() <= before);
});

test('SharedArray.get() and set() at an index that is not there are RangeErrors', () => {
  const shared = new SharedArray('i', [1, 2, 3]);
  shared.set(2, 30);
  assert.equal(shared.get(2), 30);
  for (const wrong of [-1, 3, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40]) {
    assert.throws(() => shared.get(wrong), RangeError);
    assert.throws(() => shared.set(wrong, 1), RangeError);
    assert.throws(() => shared.add(wrong, 1), RangeError);
    assert.throws(() => shared.compareExchange(wrong, 1, 1), RangeError);
    assert.throws(() => shared.update(wrong, () => 1), RangeError);
  }
  for (const wrong of ['0', undefined, null, 0n] as never[]) {
    assert.throws(() => shared.get(wrong), TypeError);
    assert.throws(() => shared.set(wrong, 1), TypeError);
  }
  assert.throws(() => shared.set(0, 2 ** 31), RangeError);
  assert.throws(() => shared.set(0, 'x' as never), TypeError);
  assert.deepEqual([...shared], [1, 2, 30]);
});

test('SharedArray.add(), compareExchange() and update() change one element', () => {
  const shared = new SharedArray('d', [1, 2, 3]);
  assert.equal(shared.add(1, 0.5), 2);
  assert.equal(shared.compareExchange(2, 3, 30), 3);
  assert.equal(shared.compareExchange(2, 3, 31), 30);
  assert.equal(
    shared.update(0, (value) => value * 10),
    10,
  );
  assert.deepEqual([...shared], [10, 2.5, 30]);
});

test('SharedArray.array is on the shared memory, ends where it ends, and is the same every time', async () => {
  for (const length of [3, 5000]) {
    const shared = new SharedArray('i', length);
    const { array } = shared;
    assert.equal(array, shared.array);
    assert.equal(array.buffer.byteLength, length * 4);
    array[1] = 7;
    assert.equal(shared.get(1), 7);
    shared.set(2, 8);
    assert.equal(array[2], 8);
    await inChild((shared: SharedArray<'i'>) => {
      shared.array[0] = shared.array[1] + shared.array[2];
    }, shared);
    assert.equal(array[0], 15);
  }
});

test('SharedArray.lock, runExclusive(), runExclusiveSync() and raw are as those of SharedValue', async () => {
  const shared = new SharedArray('i', [0, 0]);
  assert.ok(shared.lock instanceof RLock);
  assert.equal(new SharedArray('i', 1, { lock: false }).lock, undefined);
  await assert.rejects(
    new SharedArray('i', 1, { lock: false }).runExclusive(() => 1),
    StateError,
  );
  const lock = new Lock();
  assert.equal(new SharedArray('i', 1, { lock }).lock, lock);
  const work = async (shared: SharedArray<'i'>) => {
    for (let i = 0; i < 300; i++) {
      await shared.runExclusive(() => {
        shared.set(0, shared.get(0) + 1);
        shared.set(1, shared.get(1) - 1);
      });
      shared.runExclusiveSync(() => assert.equal(shared.get(0), -shared.get(1)));
    }
  };
  const others = [await start(work, [shared]), await start(work, [shared])];
  for (const other of others) await other.result();
  assert.deepEqual([...shared.raw], [600, -600]);
  assert.ok(shared.raw instanceof RawArray && !(shared.raw instanceof SharedArray));
  assert.equal(shared.raw, shared.raw);
});

test('SharedArray travels as the same object, small and large', async () => {
  for (const length of [2, 100, 3 * MIB]) {
    const shared = new SharedArray('h', length);
    const queue = new Queue<{ shared: SharedArray<'h'>; raw: RawArray<'h'> }>();
    await queue.put({ shared, raw: shared.raw });
    const received = await queue.get();
    assert.equal(received.shared, shared);
    assert.equal(received.raw, shared.raw);
    const back = await inChild((shared: SharedArray<'h'>) => {
      shared.set(shared.length - 1, 77);
      return shared;
    }, shared);
    assert.equal(back, shared);
    assert.equal(shared.get(length - 1), 77);
  }
});

test('SharedArray above 4 MiB reaches a process as a mapping of the same file, without a copy', async () => {
  const shared = new SharedArray('B', 64 * MIB);
  shared.array.fill(3);
  const { sum, mapped } = await inChild((shared: SharedArray<'B'>) => {
    const { readFileSync } = process.getBuiltinModule('node:fs') as typeof import('node:fs');
    const sum = shared.array[0] + shared.array[shared.length - 1];
    return { sum, mapped: readFileSync('/proc/self/maps', 'utf8') };
  }, shared);
  assert.equal(sum, 6);
  const { directory } = Session.current();
  const large = readdirSync(directory).filter(
    (name) => statSync(path.join(directory, name)).size >= 64 * MIB,
  );
  assert.equal(large.length, 1);
  assert.ok(mapped.includes(path.join(directory, large[0])));
});

test('SharedArray that never travelled is freed when it is collected: 10,000 of them fill nothing', async () => {
  const before = { blocks: usedBlocks(), cells: usedCells() };
  for (let i = 0; i < 10_000; i++) {
    new SharedArray('d', 1000).set(999, i);
    if (i % 500 === 499) await collectUntil(() => usedBlocks() < before.blocks + 16 * MIB);
  }
  await collectUntil(() => usedBlocks() <= before.blocks && usedCells() <= before.cells);
});

test('SharedArray of its own file is freed when it is collected', async () => {
  const before = usedBlocks();
  new SharedArray('B', 8 * MIB).set(0, 1);
  assert.ok(usedBlocks() > before);
  await collectUntil(() => usedBlocks() <= before);
});

test('SharedArray.array keeps the memory when the object is gone, also through a view of the view', async () => {
  for (const length of [4, 2000, 2 * MIB]) {
    const part = new SharedArray('i', length).array.fill(5).subarray(1, 3);
    const others: RawArray[] = [];
    for (let round = 0; round < 3; round++) {
      let turns = 0;
      await collectUntil(() => ++turns > 2);
      others.push(new RawArray('i', length), new RawArray('i', length));
      for (const other of others) other.array.fill(9);
    }
    assert.deepEqual([...part], [5, 5]);
  }
});

test('SharedArray is zero at first, also in memory that others have used', () => {
  for (const length of [10, 1000]) {
    const used = new RawArray('B', length);
    used.array.fill(255);
    used.close();
    assert.ok(new RawArray('B', length).array.every((byte) => byte === 0));
  }
});

test('SharedArray made by a process that has ended, also killed, stays with those who received it', async () => {
  for (const length of [3, 1000, 2 * MIB]) {
    const queue = new Queue<SharedArray<'i'>>();
    const maker = await start(
      async (queue: Queue<SharedArray<'i'>>, length: number) => {
        const shared = new SharedArray('i', length);
        shared.set(length - 1, 42);
        await queue.put(shared);
        await new Promise((resolve) => setTimeout(resolve, 1e8));
      },
      [queue, length],
    );
    const shared = await queue.get();
    maker.kill();
    await maker.join();
    for (let i = 0; i < 20; i++) new RawArray('i', length === 3 ? 3 : 1000).array.fill(-1);
    assert.equal(shared.get(length - 1), 42);
    assert.equal(await inChild((shared: SharedArray<'i'>) => shared.add(shared.length - 1, 1), shared), 42);
    assert.equal(shared.get(length - 1), 43);
  }
});

test('SharedArray that never travelled goes with its maker when that is killed', async () => {
  const ready = new SharedArray('i', 1);
  const maker = await start(
    async (ready: SharedArray<'i'>) => {
      const kept = [new SharedArray('d', 1000), new SharedArray('B', 8 * 1024 * 1024)];
      ready.set(0, kept.length);
      await new Promise((resolve) => setTimeout(resolve, 1e8));
      return kept.length;
    },
    [ready],
  );
  await eventually(() => ready.get(0) === 2);
  const agent = agentOf(maker.pid);
  assert.equal(blocksOf(agent).filter((size) => size === 8 * MIB).length, 1);
  maker.kill();
  await maker.join();
  await eventually(() => blocksOf(agent).length === 0);
});

test('SharedArray survives a receiver that is killed while it writes', async () => {
  const shared = new SharedArray('q', 200_000);
  const writer = await start(
    (shared: SharedArray<'q'>) => {
      for (;;) for (let i = 0; i < shared.length; i++) shared.add(i, 1n);
    },
    [shared],
  );
  await eventually(() => shared.get(shared.length - 1) > 0n);
  writer.kill();
  await writer.join();
  const end = shared.array.findIndex((value) => value !== shared.get(0));
  for (let i = 0; i < shared.length; i++) {
    assert.equal(shared.get(i), end < 0 || i < end ? shared.get(0) : shared.get(0) - 1n);
  }
});

test('SharedArray.close() ends its use here; a view of a large one reads zeros, and the others go on', async () => {
  const shared = new SharedArray('i', 2 * MIB);
  const { array } = shared;
  array.fill(5);
  const queue = new Queue<string>();
  const gate = new SharedArray('i', 1);
  const child = await start(
    async (shared: SharedArray<'i'>, queue: Queue<string>, gate: SharedArray<'i'>) => {
      await queue.put('mapped');
      while (gate.get(0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      return shared.get(100);
    },
    [shared, queue, gate],
  );
  assert.equal(await queue.get(), 'mapped');
  const before = usedBlocks();
  shared.close();
  shared.close();
  assert.ok(usedBlocks() <= before - 8 * MIB);
  gate.set(0, 1);
  assert.equal(await child.result(), 5);
  assert.equal(array[100], 0);
  assert.throws(() => shared.get(0), ClosedError);
  assert.throws(() => shared.array, ClosedError);
  assert.throws(() => shared.raw.set(0, 1), ClosedError);
  await assert.rejects(async () => queue.put(shared as never), ClosedError);
  {
    using small = new SharedArray('i', 2);
    small.set(0, 1);
  }
});

test('SharedArray received after its maker has closed it is a ClosedError', async () => {
  const queue = new Queue<SharedArray<'i'>>();
  const shared = new SharedArray('i', 2 * MIB);
  await queue.put(shared);
  shared.close();
  await assert.rejects(queue.get(), ClosedError);
});

test('RawArray has the members of SharedArray without a lock', async () => {
  const raw = new RawArray('i', [1, 2, 3]);
  raw.set(0, 10);
  assert.equal(raw.get(0), 10);
  assert.equal(raw.add(0, 1), 10);
  assert.equal(raw.compareExchange(0, 11, 12), 11);
  assert.equal(
    raw.update(0, (value) => value + 1),
    13,
  );
  assert.deepEqual([...raw], [13, 2, 3]);
  assert.equal(raw.length, 3);
  assert.equal(raw.array[0], 13);
  assert.ok(!('lock' in raw));
  assert.throws(() => raw.get(3), RangeError);
  const back = await inChild((raw: RawArray<'i'>) => {
    raw.set(2, 30);
    return raw;
  }, raw);
  assert.equal(back, raw);
  assert.equal(raw.get(2), 30);
});

test('SharedArray at an address where none is, is a SerializationError', () => {
  const revive = reviverOf('RawArray');
  assert.ok(revive);
  for (const wrong of [0, -1, 1, 5 << 16, 0x7fffffff, 2 ** 40, 1.5, '1', null, undefined, {}]) {
    assert.throws(() => revive(wrong, undefined as never), SerializationError, String(wrong));
  }
  const lock = new Lock();
  const at = [...arena().itemsOf(objectSlab)].find(
    (item) => item.segment.words[item.segment.wordsOf(item.index)] === 1,
  );
  assert.ok(at && lock);
  assert.throws(() => revive(at.at, undefined as never), SerializationError);
});

test('SharedArray whose words are overwritten with random ones is refused or usable, and nothing crashes', () => {
  const revive = reviverOf('RawArray');
  assert.ok(revive);
  let seed = 12345;
  const random = () => (seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
  for (let round = 0; round < 3000; round++) {
    const at = arena().take(objectSlab);
    const segment = arena().segmentOf(at);
    const base = segment.wordsOf(at & 0xffff);
    segment.words[base] = 32;
    for (let word = 1; word < 16; word++) {
      segment.words[base + word] =
        round % 3 === 0 ? random() : round % 3 === 1 ? random() & 31 : random() & 0x3ffff;
    }
    try {
      const received = revive(at, undefined as never) as RawArray;
      if (received.length > 0) received.get(received.length - 1);
    } catch (error) {
      assert.ok(error instanceof SerializationError || error instanceof ClosedError, String(error));
    }
    segment.words.fill(0, base, base + 16);
  }
});
