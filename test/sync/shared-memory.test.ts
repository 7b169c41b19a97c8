import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Barrier, ClosedError, Queue, SharedMemory, SystemCallError } from '../../src/index.js';
import { HEADER_BYTES, identityRecord, readAdoption, readIdentity } from '../../src/memory/named-header.js';
import { sweepNamedMemory } from '../../src/memory/named-memory.js';
import { sharedDirectory } from '../../src/memory/session-directory.js';
import { ownIdentity } from '../../src/platform/process-identity.js';
import { gone, Program, runProgram } from '../process/program.js';
import { collectUntil } from '../support/collect.js';
import { sharedMemoryFolder } from '../support/scratch.js';
import { runWithSmallMemory } from '../support/small-memory.js';
import { inChild, start } from '../support/start.js';

const fixture = '../sync/named-memory.ts';
const uid = process.getuid?.() ?? 0;
const fileOf = (name: string, folder = sharedDirectory()) =>
  path.join(folder, `manyhands-shm-${uid}-${name}`);
const names = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('manyhands-shm'));
const is = (code: string) => (error: unknown) => error instanceof SystemCallError && error.code === code;
let made = 0;
const freshName = () => `test-${process.pid}-${++made}`;

test('SharedMemory({ create, size }) makes bytes of exactly that size, zero, for this user only', () => {
  for (const size of [1, 100, 4096, 65537]) {
    const memory = new SharedMemory({ create: true, size });
    assert.equal(memory.size, size);
    assert.equal(memory.buffer.byteLength, size);
    assert.ok(memory.buffer instanceof ArrayBuffer);
    assert.ok(new Uint8Array(memory.buffer).every((byte) => byte === 0));
    const { mode, uid: owner } = statSync(fileOf(memory.name));
    assert.deepEqual([mode & 0o777, owner], [0o600, uid]);
    memory.unlink();
  }
});

test('SharedMemory({ name }) attaches to the same bytes, whatever size it is given', () => {
  const name = freshName();
  const made = new SharedMemory({ name, create: true, size: 10 });
  const attached = new SharedMemory({ name, size: 99 });
  assert.equal(attached.name, name);
  assert.equal(attached.size, 10);
  new Uint8Array(made.buffer)[9] = 3;
  assert.equal(new Uint8Array(attached.buffer)[9], 3);
  made.unlink();
});

test('SharedMemory({ create }) without a name invents one that nobody has', () => {
  const memories = Array.from({ length: 20 }, () => new SharedMemory({ create: true, size: 1 }));
  assert.equal(new Set(memories.map(({ name }) => name)).size, 20);
  for (const memory of memories) memory.unlink();
});

test('SharedMemory({ create }) of a name that is there is EEXIST, to attach to one that is not ENOENT', () => {
  const name = freshName();
  assert.throws(() => new SharedMemory({ name }), is('ENOENT'));
  const memory = new SharedMemory({ name, create: true, size: 4 });
  assert.throws(() => new SharedMemory({ name, create: true, size: 4 }), is('EEXIST'));
  memory.unlink();
  assert.throws(() => new SharedMemory({ name }), is('ENOENT'));
  new SharedMemory({ name, create: true, size: 5 }).unlink();
});

test('SharedMemory({ create }) by several processes at once: one makes it, the others are told', async () => {
  const name = freshName();
  const barrier = new Barrier(4);
  const make = async (name: string, barrier: Barrier) => {
    await barrier.wait();
    let made: boolean;
    try {
      made = new SharedMemory({ name, create: true, size: 8 }).size === 8;
    } catch (error) {
      if ((error as SystemCallError).code !== 'EEXIST') throw error;
      made = false;
    }
    await barrier.wait();
    return made;
  };
  const makers = [];
  for (let i = 0; i < 4; i++) makers.push(await start(make, [name, barrier]));
  const results = await Promise.all(makers.map((maker) => maker.result()));
  assert.deepEqual(results.sort(), [false, false, false, true]);
});

test('SharedMemory of wrong options throws TypeErrors and RangeErrors', () => {
  for (const wrong of [
    undefined,
    null,
    'name',
    {},
    { size: 5 },
    { name: 5 },
    { name: 'x', create: 1 },
  ] as never[]) {
    assert.throws(() => new SharedMemory(wrong), TypeError);
  }
  assert.throws(() => new SharedMemory({ create: true, size: '5' as never }), TypeError);
  assert.throws(() => new SharedMemory({ create: true, size: 5n as never }), TypeError);
  for (const size of [undefined, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
    assert.throws(() => new SharedMemory({ create: true, size }), RangeError);
  }
  for (const name of ['', '/x', 'a/b', '../x', 'x\0', 'x'.repeat(201), 'é'.repeat(101)]) {
    assert.throws(() => new SharedMemory({ name }), RangeError, name);
    assert.throws(() => new SharedMemory({ name, create: true, size: 1 }), RangeError, name);
  }
});

test('SharedMemory takes names of any other characters, up to 200 bytes', () => {
  for (const name of ['..', '.', ' ', 'a\nb', 'ünï', '-x', 'x'.repeat(200)]) {
    const memory = new SharedMemory({ name, create: true, size: 1 });
    assert.equal(new SharedMemory({ name }).name, name);
    memory.unlink();
  }
});

test('SharedMemory.unlink() takes the name away, not the bytes; a second time is ENOENT', () => {
  const memory = new SharedMemory({ create: true, size: 4 });
  const attached = new SharedMemory({ name: memory.name });
  attached.unlink();
  assert.throws(() => memory.unlink(), is('ENOENT'));
  assert.throws(() => attached.unlink(), is('ENOENT'));
  new Uint8Array(memory.buffer)[0] = 9;
  assert.equal(new Uint8Array(attached.buffer)[0], 9);
});

test('SharedMemory.unlink() leaves another memory of the same name alone', () => {
  const name = freshName();
  const first = new SharedMemory({ name, create: true, size: 4 });
  first.unlink();
  const second = new SharedMemory({ name, create: true, size: 4 });
  assert.throws(() => first.unlink(), is('ENOENT'));
  new SharedMemory({ name }).unlink();
  assert.throws(() => second.unlink(), is('ENOENT'));
});

test('SharedMemory.close(): name, size and unlink() still work, buffer is a ClosedError, a view reads zeros', () => {
  const memory = new SharedMemory({ create: true, size: 100_000 });
  const other = new SharedMemory({ name: memory.name });
  const view = new Uint8Array(memory.buffer).fill(6);
  memory.close();
  memory.close();
  assert.equal(memory.size, 100_000);
  assert.ok(memory.name);
  assert.throws(() => memory.buffer, ClosedError);
  assert.ok(view.every((byte) => byte === 0));
  view.fill(1);
  assert.ok(new Uint8Array(other.buffer).every((byte) => byte === 6));
  memory.unlink();
  {
    using third = new SharedMemory({ create: true, size: 1 });
    third.unlink();
  }
});

test('SharedMemory that is dropped without close() gives its mapping back', async () => {
  const mapped = () =>
    readFileSync('/proc/self/maps', 'utf8')
      .split('\n')
      .filter((line) => line.includes('-dropped-'));
  const name = `${freshName()}-dropped-`;
  const memory = new SharedMemory({ name, create: true, size: 1000 });
  for (let i = 0; i < 50; i++) new SharedMemory({ name });
  assert.ok(mapped().length > 1);
  await collectUntil(() => mapped().length === 0); // the maker's own mapping has another name
  assert.equal(new Uint8Array(memory.buffer).length, 1000);
  memory.unlink();
});

test('SharedMemory travels: the receiver attaches, and gets the same object again if it has it', async () => {
  const memory = new SharedMemory({ create: true, size: 16 });
  const queue = new Queue<SharedMemory>();
  await queue.put(memory);
  assert.equal(await queue.get(), memory);
  const back = await inChild((memory: SharedMemory) => {
    new Uint8Array(memory.buffer)[15] = 4;
    return memory;
  }, memory);
  assert.equal(back, memory);
  assert.equal(new Uint8Array(memory.buffer)[15], 4);
  await queue.put(memory);
  memory.unlink();
  assert.equal(await queue.get(), memory, 'this process has it still');
  memory.close();
  await assert.rejects(async () => queue.put(memory), ClosedError);
});

test('SharedMemory received after it was unlinked is ENOENT, also if there is another of that name', async () => {
  const name = freshName();
  const queue = new Queue<SharedMemory>();
  for (const again of [false, true]) {
    const memory = new SharedMemory({ name, create: true, size: 16 });
    await queue.put(memory);
    memory.close();
    memory.unlink();
    const other = again ? new SharedMemory({ name, create: true, size: 16 }) : undefined;
    await assert.rejects(queue.get(), is('ENOENT'));
    other?.unlink();
  }
});

test('SharedMemory made by a process of this program that has ended stays with who received it', async () => {
  const received = await inChild(() => {
    const memory = new SharedMemory({ create: true, size: 8 });
    new Uint8Array(memory.buffer)[0] = 5;
    return memory;
  });
  assert.equal(new Uint8Array(received.buffer)[0], 5);
  assert.deepEqual(
    sweepNamedMemory(sharedDirectory()).filter((file) => file.includes(received.name)),
    [],
  );
  assert.equal(new SharedMemory({ name: received.name }).size, 8);
  received.unlink();
});

test('SharedMemory is found by name by another program, whose end does not destroy it, killed or not', async () => {
  const folder = sharedMemoryFolder();
  const owner = new Program(fixture, ['create', 'ours', '5000'], folder);
  await owner.output(/ready/);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const other = new Program(fixture, ['attach', 'ours'], folder);
    await other.output(/has 5000 bytes, first [78], last 7\nready/);
    other.kill(signal);
    await other.ended;
    assert.deepEqual(names(folder), [`manyhands-shm-${uid}-ours`]);
  }
  const { stdout } = await runProgram(fixture, ['read', 'ours'], folder);
  assert.match(stdout, /has 5000 bytes, first 8, last 7/);
  owner.kill('SIGKILL');
  await owner.ended;
});

test('SharedMemory of a program that ends without unlink goes with it', async () => {
  const folder = sharedMemoryFolder();
  const { stdout } = await runProgram(fixture, ['create-and-end', 'ours', '10'], folder);
  assert.match(stdout, /ready/);
  assert.deepEqual(readdirSync(folder), []);
  const exiting = new Program(fixture, ['create', 'ours', '10'], folder);
  await exiting.output(/ready/);
  exiting.kill('SIGTERM');
  await exiting.ended;
  assert.deepEqual(readdirSync(folder), []);
});

test('SharedMemory of a program that was killed is swept by the next one, and its name is free', async () => {
  const folder = sharedMemoryFolder();
  for (const next of ['read', 'create-and-end']) {
    const owner = new Program(fixture, ['create', 'ours', '10'], folder);
    await owner.output(/ready/);
    const attached = new Program(fixture, ['attach', 'ours'], folder);
    await attached.output(/ready/);
    owner.kill('SIGKILL');
    await owner.exited;
    await gone(owner.pid);
    assert.equal(names(folder).length, 1);
    const { stderr, stdout } = await runProgram(fixture, [next, 'ours', '20'], folder);
    if (next === 'read') assert.match(stderr, /ENOENT/);
    else assert.match(stdout, /has 20 bytes, first 7/);
    assert.deepEqual(names(folder), []);
    attached.kill('SIGKILL');
    await attached.ended;
  }
});

test('SharedMemory of a killed program is swept at the start of any session', async () => {
  const folder = sharedMemoryFolder();
  const owner = new Program(fixture, ['create', 'ours', '10'], folder);
  await owner.output(/ready/);
  owner.kill('SIGKILL');
  await owner.exited;
  await gone(owner.pid);
  assert.deepEqual(names(folder), [`manyhands-shm-${uid}-ours`]);
  const { stdout } = await runProgram('small.ts', [], folder);
  assert.equal(stdout, 'small\n');
  assert.deepEqual(readdirSync(folder), []);
});

test('sweepNamedMemory() leaves what is alive, and what is not ours', () => {
  const folder = sharedMemoryFolder();
  const dead = { pid: 1, startTime: 1, size: 100, serial: 1 };
  const write = (name: string, identity: typeof dead, length = 65536 + identity.size) => {
    writeFileSync(fileOf(name, folder), identityRecord(identity));
    truncateSync(fileOf(name, folder), length);
  };
  write('dead', dead);
  write('alive', { ...dead, ...ownIdentity() });
  write('short', dead, 65536 + 99);
  writeFileSync(fileOf('foreign', folder), 'somebody else');
  writeFileSync(path.join(folder, `manyhands-shm-${uid + 1}-other`), 'of another user');
  writeFileSync(path.join(folder, 'manyhands-shmnew-1-1-1'), 'half made by a dead one');
  writeFileSync(
    path.join(folder, `manyhands-shmnew-${process.pid}-${ownIdentity().startTime.toString(36)}-7`),
    '',
  );
  mkdirSync(fileOf('folder', folder));
  symlinkSync(fileOf('alive', folder), fileOf('link', folder));
  assert.deepEqual(
    sweepNamedMemory(folder).sort(),
    [`manyhands-shm-${uid}-dead`, 'manyhands-shmnew-1-1-1'].sort(),
  );
  assert.deepEqual(sweepNamedMemory(folder), []);
  assert.equal(readdirSync(folder).length, 7);
});

test('SharedMemory refuses a file of its name that is something else: EINVAL, and leaves it there', () => {
  const name = freshName();
  const file = fileOf(name);
  const valid = identityRecord({ ...ownIdentity(), size: 100, serial: 1 });
  const bad: Record<string, () => void> = {
    empty: () => writeFileSync(file, ''),
    text: () => writeFileSync(file, 'a text of somebody else '.repeat(10_000)),
    zeros: () => writeFileSync(file, new Uint8Array(70_000)),
    'too short': () => writeFileSync(file, valid),
    'too long': () => writeFileSync(file, Buffer.concat([valid], 65536 + 101)),
    'of size 0': () =>
      writeFileSync(file, Buffer.concat([identityRecord({ ...ownIdentity(), size: 0, serial: 1 })], 65536)),
    'of no size': () =>
      writeFileSync(
        file,
        Buffer.concat([identityRecord({ ...ownIdentity(), size: Number.NaN, serial: 1 })], 65536),
      ),
    folder: () => mkdirSync(file),
    symlink: () => symlinkSync('/etc/passwd', file),
    fifo: () => execFileSync('mkfifo', [file]),
  };
  for (const [what, make] of Object.entries(bad)) {
    make();
    assert.throws(() => new SharedMemory({ name }), is('EINVAL'), what);
    assert.throws(() => new SharedMemory({ name, create: true, size: 1 }), is('EEXIST'), what);
    if (what === 'folder') execFileSync('rmdir', [file]);
    else unlinkSync(file);
  }
});

test('SharedMemory refuses every header of random or damaged bytes, and nothing crashes', () => {
  const name = freshName();
  const file = fileOf(name);
  let seed = 4711;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 16;
  };
  const valid = identityRecord({ ...ownIdentity(), size: 100, serial: 1 });
  for (let round = 0; round < 500; round++) {
    const bytes = Buffer.alloc(65636);
    if (round % 2 === 0) for (let at = 0; at < HEADER_BYTES; at++) bytes[at] = random();
    else {
      bytes.set(valid);
      bytes[random() % valid.length] ^= 1 << (random() % 8);
    }
    if (readIdentity(bytes.subarray(0, 48)) instanceof Object) continue; // the bytes between, which mean nothing
    writeFileSync(file, bytes);
    assert.throws(() => new SharedMemory({ name }), is('EINVAL'));
    readAdoption(bytes.subarray(48, HEADER_BYTES));
  }
  writeFileSync(file, Buffer.concat([valid], 65636));
  assert.equal(new SharedMemory({ name }).size, 100);
  unlinkSync(file);
});

test('SharedMemory with a damaged adoption belongs to the process that made it', () => {
  const name = freshName();
  const bytes = Buffer.concat([identityRecord({ pid: 1, startTime: 1, size: 4, serial: 1 })], 65540);
  for (const text of ['../../etc', 'manyhands-1-1-0123456789ab', '']) {
    bytes.writeUInt32LE(text.length, 48);
    bytes.write(text, 52);
    writeFileSync(fileOf(name), bytes);
    assert.throws(() => new SharedMemory({ name }), is('ENOENT'));
    assert.equal(existsSync(fileOf(name)), false, 'its owner is dead: it was swept');
  }
});

test('SharedMemory has one file at all times: a second link to it changes nothing', () => {
  const memory = new SharedMemory({ create: true, size: 4 });
  linkSync(fileOf(memory.name), fileOf('linked'));
  memory.unlink();
  assert.throws(() => new SharedMemory({ name: memory.name }), is('ENOENT'));
  unlinkSync(fileOf('linked'));
});

test('SharedMemory, SharedArray and ShareableList say ENOSPC when shared memory is full, and leave nothing', async () => {
  const { output, code, signal } = await runWithSmallMemory(
    new URL('../fixtures/sync/full-device.ts', import.meta.url),
    4096,
  );
  assert.deepEqual([code, signal], [0, null], output);
  for (const what of ['SharedMemory', 'large SharedArray', 'ShareableList', 'many SharedArrays']) {
    assert.match(output, new RegExp(`^${what}: SystemCallError ENOSPC$`, 'm'), output);
  }
  assert.match(output, /left behind: 0\nstill works: 5/);
});

after(() => {
  for (const file of names(sharedDirectory())) {
    if (file.includes(`-test-${process.pid}-`)) unlinkSync(path.join(sharedDirectory(), file));
  }
});
