// Functions of modules that start processes while they are imported: a child can't import those.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Program } from './program.js';

test('Process.start() at the top level of a module: its functions, and those of modules that import it, travel by capture', async () => {
  const { stdout, code, stderr } = await new Program('starting-modules.ts').ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), ['tripled 6', 'tripled 9', 'tripled 12, tripled 12', 'tripled 15']);
});
