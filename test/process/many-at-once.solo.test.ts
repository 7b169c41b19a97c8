// 200 processes at once. Alone: it takes all of the machine for some seconds.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { sharedMemoryFolder } from '../support/scratch.js';

const COUNT = 200;
const root = path.resolve(import.meta.dirname, '../..');
const library = path.join(root, 'dist/index.js');

test(`Process: ${COUNT} at once start, run and are joined; each sees as many descriptors as one of two; nothing is left`, {
  skip: existsSync(library) && existsSync('/proc/self/fd') ? false : 'needs the built library, and /proc',
}, async () => {
  const folder = sharedMemoryFolder();
  const program = path.join(root, 'test/fixtures/process/many-at-once.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [program, library, String(COUNT)], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, MANYHANDS_SHM_DIR: folder },
  });
  const { few, many, before, after, left } = JSON.parse(stdout);
  assert.deepEqual(few.codes, [0]);
  assert.equal(many.together, COUNT);
  assert.deepEqual(many.codes, [0]);
  // One or two may be open for a moment; those of siblings would be hundreds.
  assert.ok(Math.max(...many.open) <= Math.max(...few.open) + 2, stdout);
  assert.equal(after, before);
  assert.equal(left, 0);
  assert.deepEqual(readdirSync(folder), []);
});
