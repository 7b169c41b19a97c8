/** Session: its directory in shared memory, and who removes it. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Session, sweepDeadSessions } from '../../src/memory/session.js';
import { os } from '../../src/platform/os.js';
import { gone, Program, runProgram } from '../process/program.js';
import { sharedMemoryFolder } from '../support/scratch.js';

/** A program that has a session in a folder. */
async function sessionIn(folder: string, ...args: string[]) {
  const program = new Program('session.ts', args, folder);
  const [, directory] = await program.output(/^session (.*)$/m);
  await program.output(/^ready$/m);
  return { program, directory, name: path.basename(directory) };
}

async function killed(program: Program): Promise<void> {
  program.kill('SIGKILL');
  await program.exited;
}

describe('Session', () => {
  it('is a directory that only its user may enter, and files that only its user may read', async () => {
    const { program, directory } = await sessionIn(sharedMemoryFolder());
    assert.equal(statSync(directory).mode & 0o7777, 0o700);
    assert.equal(statSync(directory).uid, process.getuid?.());
    const files = readdirSync(directory);
    assert.ok(files.includes('table'), String(files));
    for (const file of files) assert.equal(statSync(path.join(directory, file)).mode & 0o777, 0o600, file);
    await killed(program);
  });

  it('is in shared memory unless another folder is chosen', () => {
    const { directory } = Session.current();
    assert.equal(path.dirname(directory), process.env['MANYHANDS_SHM_DIR'] ?? os.sharedMemoryDirectory());
  });

  it('is removed at the normal end of the program', async () => {
    const folder = sharedMemoryFolder();
    const { stdout, code, stderr } = await runProgram('small.ts', [], folder);
    assert.equal(stdout, 'small\n', stderr);
    assert.equal(code, 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is removed after process.exit()', async () => {
    const folder = sharedMemoryFolder();
    const { program } = await sessionIn(folder);
    program.kill('SIGTERM'); // it says process.exit()
    await program.ended;
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe('sweepDeadSessions()', () => {
  it('removes the session of a program that was killed with its children', async () => {
    const folder = sharedMemoryFolder();
    const { program, name } = await sessionIn(folder, 'with-child');
    const [, child] = await program.output(/^child (\d+)$/m);
    assert.deepEqual(sweepDeadSessions(folder), []);
    await killed(program);
    await gone(Number(child));
    assert.deepEqual(readdirSync(folder), [name]);
    assert.deepEqual(sweepDeadSessions(folder), [name]);
    assert.deepEqual(readdirSync(folder), []);
    assert.deepEqual(sweepDeadSessions(folder), []);
  });

  it('is done at the start of the next session', async () => {
    const folder = sharedMemoryFolder();
    const dead = await sessionIn(folder);
    await killed(dead.program);
    const next = await sessionIn(folder);
    assert.deepEqual(readdirSync(folder), [next.name]);
    await killed(next.program);
  });

  it('leaves sessions that are alive, among them one whose maker is dead but not its detached process', async () => {
    const folder = sharedMemoryFolder();
    const alive = await sessionIn(folder);
    const detached = new Program('detached.ts', [], folder);
    const [, pid] = await detached.output(/^pid (\d+)$/m);
    await detached.exited;
    const before = readdirSync(folder).sort();
    assert.equal(before.length, 2);
    assert.deepEqual(sweepDeadSessions(folder), []);
    assert.deepEqual(readdirSync(folder).sort(), before);
    process.kill(Number(pid), 'SIGKILL');
    await gone(Number(pid));
    assert.deepEqual(
      sweepDeadSessions(folder),
      before.filter((name) => name !== alive.name),
    );
    assert.deepEqual(readdirSync(folder), [alive.name]);
    await killed(alive.program);
  });

  it('takes a session for dead whose pid belongs to another process by now', () => {
    const folder = sharedMemoryFolder();
    const name = `manyhands-${process.pid}-1-0123456789ab`; // this pid, but another start time
    mkdirSync(path.join(folder, name));
    assert.deepEqual(sweepDeadSessions(folder), [name]);
  });

  it('removes what was left of a session that died while it was made', () => {
    const folder = sharedMemoryFolder();
    for (const [name, content] of [
      ['manyhands-1-1-0123456789ab', undefined],
      ['manyhands-2-1-0123456789ab', ''],
      ['manyhands-3-1-0123456789ab', 'half a table'],
    ] as const) {
      mkdirSync(path.join(folder, name));
      if (content !== undefined) writeFileSync(path.join(folder, name, 'table'), content);
    }
    assert.equal(sweepDeadSessions(folder).length, 3);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('leaves what is not ours', () => {
    const folder = sharedMemoryFolder();
    const elsewhere = sharedMemoryFolder();
    writeFileSync(path.join(elsewhere, 'precious'), '');
    const names = ['manyhands', 'manyhands-x', 'other-1-1-0123456789ab', 'manyhands-1-1-0123456789ab.bak'];
    for (const name of names) mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, 'manyhands-1-1-0123456789ab'), 'a file');
    symlinkSync(elsewhere, path.join(folder, 'manyhands-2-1-0123456789ab'));
    const before = readdirSync(folder).sort();
    assert.deepEqual(sweepDeadSessions(folder), []);
    assert.deepEqual(readdirSync(folder).sort(), before);
    assert.deepEqual(readdirSync(elsewhere), ['precious']);
  });
});
