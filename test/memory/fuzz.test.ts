// Headers in shared memory that are random, damaged or somebody else's: attaching refuses with an error, nothing crashes.
// MANYHANDS_FUZZ_SEED repeats a run; a failing one says its seed.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FrameQueue } from '../../src/channels/frame-queue.js';
import { Condition, Event, InternalError, Lock, Queue, RLock, Semaphore } from '../../src/index.js';
import { Arena, addressOf, arena, indexOf } from '../../src/memory/arena.js';
import { ProcessTable, SEGMENTS_AT, TABLE_BYTES, TABLE_MAGIC } from '../../src/memory/process-table.js';
import { Segment } from '../../src/memory/segment.js';
import { Session, sweepDeadSessions } from '../../src/memory/session.js';
import { livesOn, someoneLives } from '../../src/memory/session-directory.js';
import { objectSlab, slabClasses } from '../../src/memory/slab-class.js';
import { ObjectWords } from '../../src/sync/object-words.js';
import { between, pick, seeded } from '../../src/testing/random.js';
import { scratchFolder } from '../support/scratch.js';

const seed = Number(process.env['MANYHANDS_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const random = seeded(seed);
const folder = scratchFolder();
after(() => console.log(`MANYHANDS_FUZZ_SEED=${seed}`));

const word = () => Math.floor(random() * 2 ** 32) | 0;
/** Small, large, near to something real, or anything. */
const wildWord = () => pick(random, [0, 1, -1, 2 ** 30, 0x7fffffff, between(random, 0, 70_000), word()]);

function flipBit(bytes: Uint8Array, below: number): void {
  bytes[between(random, 0, below - 1)] ^= 1 << between(random, 0, 7);
}

function attempt<T>(what: string, fn: () => T, refusal: (error: unknown) => boolean): T | undefined {
  try {
    return fn();
  } catch (error) {
    assert.ok(refusal(error), `${what}: ${(error as Error).stack}`);
    return undefined;
  }
}

const isRefusal = (error: unknown) =>
  error instanceof InternalError || (error as { name?: string }).name === 'SystemCallError';

test('Session.attach() refuses a table that is random, cut off, of another version or without a slot for this process', () => {
  const directory = join(folder, 'session');
  mkdirSync(directory);
  const path = join(directory, 'table');
  assert.equal(Session.exists, false, 'this test is first: a process has one session');
  assert.equal(livesOn(directory), false, 'there is no table');
  for (const size of [0, 1, 3, 64, TABLE_BYTES - 1, TABLE_BYTES, TABLE_BYTES + 5]) {
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size; at++) bytes[at] = between(random, 0, 255);
    writeFileSync(path, bytes);
    assert.throws(() => Session.attach(directory, 1025), isRefusal, `${size} random bytes`);
    assert.equal(livesOn(directory), false);
  }
  for (const version of [0, 2, 1]) {
    const bytes = Buffer.alloc(TABLE_BYTES);
    bytes.writeInt32LE(TABLE_MAGIC, 0);
    bytes.writeInt32LE(version, 4);
    writeFileSync(path, bytes);
    for (const agent of [0, 1025, -1, wildWord()])
      assert.throws(() => Session.attach(directory, agent), isRefusal, `version ${version}, agent ${agent}`);
  }
  assert.equal(Session.exists, false);
});

test('Segment.open() refuses a random, damaged or cut-off header, or what it opens can be used', () => {
  const path = join(folder, 'segment');
  for (let n = 0; n < 150; n++) {
    const slab = pick(random, slabClasses.slice(0, 3));
    rmSync(path, { force: true });
    Segment.create(path, { number: 1, descriptor: 0x101, slab, itemBytes: slab.itemBytes }).close();
    const bytes = readFileSync(path);
    const how = between(random, 0, 2);
    if (how === 0) flipBit(bytes, 20);
    if (how === 1) for (let at = 0; at < 64; at += 4) bytes.writeInt32LE(wildWord(), at);
    writeFileSync(path, how === 2 ? bytes.subarray(0, between(random, 0, bytes.length - 1)) : bytes);
    const segment = attempt('open', () => Segment.open(path, 1, 0x101), isRefusal);
    if (how !== 0) assert.equal(segment, undefined);
    if (!segment) continue;
    assert.deepEqual([segment.count, segment.itemBytes], [segment.slab.count, segment.slab.itemBytes]);
    for (let index = 0; index < segment.committed; index++)
      assert.equal(Atomics.load(segment.words, segment.ownerWord(index)), 0);
    segment.free(segment.take(1024));
    segment.close();
  }
});

test('Arena refuses a foreign file in the place of a segment', () => {
  const other = new Arena(Session.current());
  const { words } = Session.current().table;
  for (const content of ['', 'x', 'no segment of ours'.padEnd(100), 'y'.repeat(100_000)]) {
    writeFileSync(Session.current().path('segment-4000-1'), content);
    words[SEGMENTS_AT + 4000] = 0x101;
    attempt('segmentOf', () => assert.fail(String(other.segmentOf(addressOf(4000, 0)))), isRefusal);
    assert.equal(other.isItemOf(objectSlab, addressOf(4000, 0)), false);
    assert.throws(() => ObjectWords.attach(addressOf(4000, 0), { code: 1, name: 'Lock' }), {
      name: 'SerializationError',
    });
    words[SEGMENTS_AT + 4000] = 0;
  }
});

test('ProcessTable of random words answers, and finds nobody alive who is not', () => {
  const path = join(folder, 'session', 'table');
  for (let n = 0; n < 20; n++) {
    const bytes = Buffer.alloc(TABLE_BYTES);
    // Pids that can not be: whatever else the words say, nobody of them lives.
    for (let at = 0; at + 4 <= TABLE_BYTES; at += 4)
      if (random() < 0.2) bytes.writeInt32LE(pick(random, [1 << 30, -7, 0, 1, 2, 3, word() | (1 << 30)]), at);
    bytes.writeInt32LE(TABLE_MAGIC, 0);
    const table = new ProcessTable(new Uint8Array(bytes).buffer, 0);
    for (const agent of table.agents()) {
      table.isAlive(agent);
      table.markDead(agent);
      table.release(agent);
    }
    assert.equal(someoneLives(table), false);
    attempt(
      'reserve',
      () => table.reserve(1024),
      (error) => (error as Error).name === 'StateError',
    );
    writeFileSync(path, bytes);
    attempt('livesOn', () => livesOn(join(folder, 'session')), isRefusal);
  }
});

test('sweepDeadSessions() leaves what is not named as ours and removes what a dead maker has left, whatever is in it', () => {
  const parent = join(folder, 'shm');
  mkdirSync(parent);
  const dead = `manyhands-${2 ** 22 + 7}-zzz-0123456789ab`; // no such pid can be
  mkdirSync(join(parent, dead));
  writeFileSync(join(parent, dead, 'table'), 'a foreign file');
  mkdirSync(join(parent, 'manyhands-notes'));
  writeFileSync(join(parent, `manyhands-${2 ** 22 + 7}-zzz-0123456789ac`), 'a file, no directory');
  assert.deepEqual(sweepDeadSessions(parent), [dead]);
  assert.equal(readdirSync(parent).length, 2);
});

test('ObjectWords.attach() of a wild address is a SerializationError, or an object of that kind', () => {
  const lock = new Lock();
  const { at } = (lock as unknown as { object: ObjectWords }).object;
  const kind = { code: 1, name: 'Lock' };
  const refused = (error: unknown) => (error as Error).name === 'SerializationError';
  assert.equal(ObjectWords.attach(at, kind).at, at);
  const last = addressOf(at >>> 16, objectSlab.count - 1);
  const wrong = [0, -1, 1.5, Number.NaN, 2 ** 31, 2 ** 32 + at, 2 ** 53, '65536', null, undefined, {}, last];
  for (const one of wrong) assert.throws(() => ObjectWords.attach(one, kind), refused, String(one));
  for (let n = 0; n < 3000; n++) {
    const wild = random() < 0.5 ? at ^ (1 << between(random, 0, 31)) : wildWord();
    const object = attempt(`attach(${wild})`, () => ObjectWords.attach(wild, kind), refused);
    assert.ok(object === undefined || object.kindCode === 1);
  }
  arena().free(at);
  assert.throws(() => ObjectWords.attach(at, kind), refused, 'freed');
});

test('objects whose words are random refuse or answer; nothing crashes and nothing hangs', () => {
  for (let n = 0; n < 200; n++) {
    const lock = new Lock();
    const made = [lock, new RLock(), new Event(), new Semaphore(2), new Condition(lock)] as const;
    const object = (pick(random, made) as unknown as { object: ObjectWords }).object;
    const { words, base } = object;
    // Latches (5 is one of the words) are left alone: a latch that a live process holds is waited for.
    for (const field of [1, 3, 4, 5, 6, 7]) if (random() < 0.5) words[base + field] = wildWord() & 0x7fffffff;
    for (const one of made) {
      attempt('snapshot', () => one.snapshot(), isThrown);
      attempt('try', () => 'tryAcquire' in one && one.tryAcquire(), isThrown);
    }
    words.fill(0, base, base + 16);
  }
});

test('FrameQueue.attach() refuses a queue whose room, head or tail is random', () => {
  const refused = (error: unknown) => (error as Error).name === 'SerializationError';
  for (let n = 0; n < 300; n++) {
    const queue = FrameQueue.create({});
    const at = queue.address;
    const segment = arena().segmentOf(at);
    const base = segment.wordsOf(indexOf(at));
    const saved = segment.words.slice(base, base + 16);
    if (n % 2) segment.words[base + between(random, 0, 15)] ^= 1 << between(random, 0, 31);
    else for (let field = 0; field < 16; field++) segment.words[base + field] = wildWord();
    const attached = attempt('attach', () => FrameQueue.attach(at), refused);
    if (attached) attempt('look', () => [attached.size, attached.full, attached.frameLimit], isThrown);
    segment.words.set(saved, base);
    queue.destroy();
  }
});

test('a Queue goes on after all that', async () => {
  const queue = new Queue<string>();
  await queue.put('here');
  assert.equal(await queue.get(), 'here');
});

function isThrown(error: unknown): boolean {
  return error instanceof Error && !(error instanceof assert.AssertionError);
}
