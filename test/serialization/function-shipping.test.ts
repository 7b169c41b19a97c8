// Functions and classes across processes: every case equals the local result, or is refused before anything is sent.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

interface Answer {
  name: string;
  outcome: 'equal' | 'different' | 'refused' | 'sent';
  local?: string;
  remote?: string;
  message?: string;
}

const fixtures = new URL('../fixtures/shipping/', import.meta.url);
const built = fileURLToPath(
  new URL('../../node_modules/.cache/manyhands-test/shipping-runtime.mjs', import.meta.url),
);
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** How a program is run: compiled library and plain Node, or everything by tsx. */
const preloads = {
  node: ['--import', pathToFileURL(built).href],
  tsx: ['--import', tsx, '--import', new URL('runtime.ts', fixtures).href],
};

before(() => {
  mkdirSync(fileURLToPath(new URL('.', pathToFileURL(built))), { recursive: true });
  buildSync({
    entryPoints: [fileURLToPath(new URL('runtime.ts', fixtures))],
    outfile: built,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});

function run(
  file: string,
  how: keyof typeof preloads,
  options: { args?: string[]; input?: string } = {},
): Answer[] {
  const args = options.args ?? [fileURLToPath(new URL(file, fixtures))];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...preloads[how], ...args], {
    encoding: 'utf8',
    env: { ...process.env, MANYHANDS_TEST_FIXTURES: fixtures.href, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' },
    cwd: fileURLToPath(fixtures),
    ...(options.input !== undefined && { input: options.input }),
  });
  assert.equal(status, 0, stderr);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{"name"'))
    .map((line) => JSON.parse(line) as Answer);
}

/** Runs a program and makes each of its cases a test. */
function program(title: string, answer: () => Answer[]): void {
  test(`functions of ${title} run in another process as here, or are refused at once`, async (t) => {
    const answers = answer();
    assert.ok(answers.length > 0, 'the program has no cases');
    for (const { name, outcome, local, remote, message } of answers) {
      await t.test(name, () => {
        if (name.endsWith('(refused)')) assert.equal(outcome, 'refused', message);
        else assert.equal(outcome, 'equal', message ?? `here: ${local}\nover there: ${remote}`);
      });
    }
  });
}

describe('function shipping', () => {
  program('an ES module', () => run('functions.mjs', 'node'));
  program('an ES module under tsx', () => run('functions.mjs', 'tsx'));
  program('methods, by arrows that use this', () => run('this.mjs', 'node'));
  program('a CommonJS script', () => run('functions.cjs', 'node'));
  program('a CommonJS script under tsx', () => run('functions.cjs', 'tsx'));
  program('a TypeScript program under tsx', () => run('program.ts', 'tsx'));
});
