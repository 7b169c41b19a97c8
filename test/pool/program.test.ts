/** Whole programs with a pool: when they end, and what they print. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

async function output(name: string, ...flags: string[]): Promise<string> {
  const file = path.join(import.meta.dirname, '../fixtures/pool', name);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--import', import.meta.resolve('tsx'), file],
    { env },
  );
  return stdout;
}

describe('A program with a pool', () => {
  it('ends by itself when nothing is pending, although the pool was not closed', async () => {
    assert.equal(await output('ends-by-itself.ts'), '[ 2, 3, 4 ]\nlate\n');
  });

  it('does not end while a task is pending', async () => {
    assert.equal(await output('no-handles.ts'), 'ran\n');
  });

  it('does not end while a task is pending after an imap that failed', async () => {
    assert.equal(await output('after-failure.ts'), 'ran\n');
  });

  it('ends by itself when an item of an async source could not travel', async () => {
    assert.equal(await output('source-cannot-travel.ts'), 'SerializationError\n');
  });

  it('is told where a pool was made that it has lost without ending it', async () => {
    assert.equal(await output('given-up.ts', '--expose-gc'), 'ManyhandsWarning MANYHANDS_POOL_LEAK true\n');
  });

  it('may make its pool in a module that the workers import', async () => {
    assert.equal(await output('pool-in-module.ts'), '[ 2, 4 ]\n');
  });
});
