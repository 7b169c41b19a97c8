/** Whole programs with an executor: when they end, and what they print. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');

async function run(file: string): Promise<{ stdout: string; stderr: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return promisify(execFile)(process.execPath, ['--import', 'tsx', file], { cwd: root, env });
}

describe('A program with an executor', () => {
  it('ends by itself when nothing is pending, and not before; errors nobody looks at are silent', async () => {
    const { stdout, stderr } = await run('test/fixtures/futures/ends-by-itself.ts');
    assert.equal(stdout, 'made\n8 true\nlate\n');
    assert.equal(stderr, '');
  });

  it('may ship functions that use the names of manyhands/futures', async () => {
    const { stdout } = await run('test/fixtures/futures/nested.ts');
    assert.equal(stdout, '6\n');
  });

  it('prints what examples/futures.ts says', async () => {
    const { stdout } = await run('examples/futures.ts');
    assert.equal(stdout, 'is 97 a prime? true\n2, 3, 5, 7, 11, 13, 17, 19\nfirst to end: quick\n');
  });
});
