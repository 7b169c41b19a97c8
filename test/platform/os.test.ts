/** The seam between operating systems, and the verbs of this one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { UnsupportedPlatformError } from '../../src/index.js';
import { darwin } from '../../src/platform/darwin.js';
import { linux } from '../../src/platform/linux.js';
import { factsFor, os } from '../../src/platform/os.js';
import { identityOf, isAlive, ownIdentity } from '../../src/platform/process-identity.js';

describe('factsFor()', () => {
  it('knows Linux and macOS', () => {
    assert.equal(factsFor('linux'), linux);
    assert.equal(factsFor('darwin'), darwin);
    assert.equal(os, factsFor(process.platform));
  });

  it('refuses every other platform with a plain sentence', () => {
    for (const platform of ['win32', 'freebsd', 'aix', '']) {
      assert.throws(
        () => factsFor(platform),
        (error: UnsupportedPlatformError) => {
          assert.ok(error instanceof UnsupportedPlatformError);
          assert.equal(error.code, 'MANYHANDS_UNSUPPORTED_PLATFORM');
          assert.match(
            error.message,
            new RegExp(`^manyhands runs on Linux and macOS; this is ${platform}\\.`),
          );
          return true;
        },
      );
    }
  });
});

describe('isAlive()', () => {
  it('takes the word of the kernel: no zombie, no other process with the same pid', async () => {
    assert.equal(isAlive(ownIdentity()), true);
    assert.equal(isAlive({ pid: process.pid, startTime: ownIdentity().startTime - 1 }), false);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const who = identityOf(child.pid as number);
    assert.ok(who);
    assert.equal(isAlive(who), true);
    child.kill('SIGKILL');
    while (isAlive(who)); // a zombie from now on: this thread gives libuv no time to reap it
    assert.equal(process.kill(who.pid, 0), true); // which is why kill(pid, 0) is no such word
    assert.equal(identityOf(who.pid), undefined);
    await once(child, 'exit');
  });
});

describe('os.waitForEnd()', () => {
  it('says how a child has ended, and leaves it to libuv', async () => {
    const child = spawn(process.execPath, ['-e', 'process.exit(5)'], { stdio: 'ignore' });
    const pid = child.pid as number;
    let end = os.waitForEnd(pid, 0);
    while (!end) end = os.waitForEnd(pid, 1000);
    assert.deepEqual(end, { code: 5, signal: null });
    assert.deepEqual(os.waitForEnd(pid, 0), end);
    assert.deepEqual(await once(child, 'exit'), [5, null]);
    assert.equal(os.waitForEnd(pid, 0), undefined);
  });

  it('is over when the time is', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    assert.equal(os.waitForEnd(child.pid as number, 20), undefined);
    child.kill('SIGKILL');
    let end = os.waitForEnd(child.pid as number, 1000);
    while (!end) end = os.waitForEnd(child.pid as number, 1000);
    assert.deepEqual(end, { code: null, signal: 'SIGKILL' });
    await once(child, 'exit');
  });
});
