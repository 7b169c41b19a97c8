/** What becomes of the children when a program ends, in each way a program can end. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { sharedMemoryFolder } from '../support/scratch.js';
import { gone, Program, runProgram } from './program.js';

const pidsIn = (text: string) => [...text.matchAll(/^pid (\d+)$/gm)].map(([, pid]) => Number(pid));

describe('The end of a program', () => {
  for (const [how, code] of [
    ['normal', 0],
    ['exitCode', 4],
    ['exit', 3],
    ['throw', 1],
    ['reject', 1],
  ] as const) {
    it(`(${how}) joins its processes, ends its daemons and leaves nothing behind`, async () => {
      const folder = sharedMemoryFolder();
      const { stdout, stderr, ...ended } = await runProgram('ends.ts', [how], folder);
      assert.deepEqual(ended, { code, signal: null }, stderr);
      assert.match(stdout, /^worker is done$/m);
      assert.match(stdout, /^stubborn is told to end$/m);
      assert.ok(stdout.indexOf('worker is done') < stdout.indexOf('the program exits with'), stdout);
      assert.match(stdout, new RegExp(`the program exits with ${code}`));
      const pids = pidsIn(stdout);
      assert.equal(pids.length, 3);
      for (const pid of pids) await gone(pid);
      assert.deepEqual(readdirSync(folder), []);
      if (code !== 1) return assert.equal(stderr, '');
      assert.match(stderr, /RangeError: out of range\n\s+at .*ends\.ts/);
      assert.match(stderr, /ends when its processes have ended: worker \(pid \d+\)/);
    });
  }

  it('waits for a daemon only while somebody joins it or awaits its result', async () => {
    const { stdout, stderr, code } = await runProgram('joined-daemon.ts');
    assert.equal(stdout, 'joined 0\nworked\n', stderr);
    assert.equal(code, 0, stderr);
  });

  it('leaves a detached process alone, which then ends the session', async () => {
    const folder = sharedMemoryFolder();
    const program = new Program('detached.ts', [], folder);
    const [, pid] = await program.output(/^pid (\d+)$/m);
    await program.exited;
    assert.equal(readdirSync(folder).length, 1);
    process.kill(Number(pid), 0); // throws if there is none
    process.kill(Number(pid), 'SIGTERM');
    await program.ended;
    await gone(Number(pid));
    assert.deepEqual(readdirSync(folder), []);
  });

  it('leaves nothing of starts that were refused', async () => {
    const folder = sharedMemoryFolder();
    const { stdout, stderr, code } = await runProgram('refused.ts', [], folder);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      'SerializationError false',
      'NotShippableError false',
      'SystemCallError false',
      'ProcessCrashedError false',
      '1 session',
    ]);
    assert.deepEqual(readdirSync(folder), []);
  });
});
