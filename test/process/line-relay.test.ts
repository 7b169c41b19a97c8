// stdio 'prefix': what children print comes out in whole lines with their names in front.

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { LineRelay } from '../../src/process/line-relay.js';
import { Program } from './program.js';

test("Process with stdio 'prefix': lines of many children never mix, however long", async () => {
  const { stdout, code, stderr } = await new Program('prefixed.ts', ['many']).ended;
  assert.equal(code, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  const expected = ['a', 'b', 'c'].flatMap((name) => [
    ...Array.from({ length: 50 }, () => `[${name}] ${name.repeat(20_000)}`),
    `[${name}] half`,
  ]);
  assert.deepEqual(lines.toSorted(), expected.toSorted());
});

test("Process with stdio 'prefix': what a killed child had printed is not lost, also while its parent blocks", async () => {
  const { stdout } = await new Program('prefixed.ts', ['killed']).ended;
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines,
    Array.from({ length: 2000 }, (_, i) => `[killed] line ${i}`),
  );
});

test("Process with stdio 'prefix': a program that ends at once passes on what its child prints", async () => {
  const { stderr, stdout, code } = await new Program('prefixed.ts', ['end']).ended;
  assert.equal(code, 0);
  assert.equal(stdout, '');
  const lines = stderr.trimEnd().split('\n');
  assert.ok(
    lines.every((line) => line.startsWith('[fails] ')),
    stderr,
  );
  assert.deepEqual(lines.slice(0, 3), [
    '[fails] an error line',
    '[fails] Process fails:',
    '[fails] Error: boom',
  ]);
});

test('LineRelay breaks a line of more than a megabyte, and takes characters apart nowhere', (t) => {
  const source = new PassThrough();
  const written: string[] = [];
  t.mock.method(process.stdout, 'write', (bytes: Uint8Array) => {
    written.push(Buffer.from(bytes).toString());
    return true;
  });
  const relay = new LineRelay('p', { stdout: source, stderr: null });
  const umlaut = Buffer.from('ä\n');
  source.emit('data', umlaut.subarray(0, 1));
  source.emit('data', umlaut.subarray(1));
  source.emit('data', Buffer.alloc((1 << 20) + 1, 'x'));
  source.emit('data', Buffer.from('rest'));
  relay.finish();
  t.mock.reset();
  assert.deepEqual(written, ['[p] ä\n', `[p] ${'x'.repeat((1 << 20) + 1)}\n`, '[p] rest\n']);
});
