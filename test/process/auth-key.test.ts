// Process.authkey: the secret that the processes of a program share.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { currentProcess, Process, Queue, SerializationError, StateError } from '../../src/index.js';

const hex = () => Buffer.from(currentProcess().authkey).toString('hex');

describe('Process.authkey', () => {
  it('is 32 random bytes in the main process, and the same in children and theirs', async () => {
    const { authkey } = currentProcess();
    assert.equal(authkey.length, 32);
    assert.ok(new Set(authkey).size > 8);
    const nested = async () => {
      const child = new Process({ target: () => Buffer.from(currentProcess().authkey).toString('hex') });
      await child.start();
      return child.result();
    };
    const child = new Process({ target: nested });
    assert.deepEqual(child.authkey, authkey);
    await child.start();
    assert.equal(await child.result(), Buffer.from(authkey).toString('hex'));
    await child.join();
  });

  it('can be set before the start, to bytes, and not after it', async () => {
    const child = new Process({ target: hex });
    assert.throws(() => Object.assign(child, { authkey: 'text' }), TypeError);
    assert.throws(() => Object.assign(child, { authkey: new Uint8Array() }), RangeError);
    child.authkey = Buffer.from('own');
    await child.start();
    assert.throws(() => Object.assign(child, { authkey: Buffer.from('late') }), StateError);
    assert.equal(await child.result(), Buffer.from('own').toString('hex'));
    await child.join();
  });

  it('is not printed, and does not travel in messages', () => {
    const { authkey } = currentProcess();
    assert.equal(inspect({ authkey }), '{ authkey: <authkey> }');
    assert.equal(JSON.stringify({ authkey }), '{"authkey":"<authkey>"}');
    assert.equal(`${authkey}`, '<authkey>');
    assert.throws(() => new Queue<unknown>().putNowait({ authkey }), SerializationError);
    assert.equal(authkey.slice(0, 4).constructor, Uint8Array);
  });
});
