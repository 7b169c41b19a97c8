// Functions and classes across processes: every case equals the local result, or is refused before anything is sent.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import ts from 'typescript';

interface Answer {
  name: string;
  outcome: 'equal' | 'different' | 'refused' | 'sent';
  local?: string;
  remote?: string;
  message?: string;
}

const fixtures = new URL('../fixtures/shipping/', import.meta.url);
const built = fileURLToPath(new URL('../../.cache/manyhands-test/shipping-runtime.mjs', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

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
  options: { args?: string[]; flags?: string[]; input?: string } = {},
): Answer[] {
  const args = options.args ?? [fileURLToPath(new URL(file, fixtures))];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...(options.flags ?? []), ...preloads[how], ...args],
    {
      encoding: 'utf8',
      env: { ...process.env, MANYHANDS_TEST_FIXTURES: fixtures.href, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' },
      cwd: fileURLToPath(fixtures),
      ...(options.input !== undefined && { input: options.input }),
    },
  );
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
  program('a program with state', () => run('state.mjs', 'node'));
  program('a program with state under tsx', () => run('state.mjs', 'tsx'));
  program('all kinds', () => run('adversarial.mjs', 'node'));
  program('all kinds under tsx', () => run('adversarial.mjs', 'tsx'));
  program('computed properties and keys, and variables without a value', () => run('exact.mjs', 'node'));
  program('computed properties and keys, under tsx', () => run('exact.mjs', 'tsx'));
  program('a script too large to be read as a whole', () => {
    const file = built.replace('runtime', 'huge');
    const padding = `globalThis.padding = \`${'x'.repeat(80)}\n\`;\n`.repeat(20_000);
    writeFileSync(file, readFileSync(new URL('huge.mjs', fixtures), 'utf8') + padding);
    return run('', 'node', { args: [file] });
  });
  program('nested children', () => run('nested.mjs', 'node'));
  program('nested children under tsx', () => run('nested.mjs', 'tsx'));
  program('results that come back', () => run('back.mjs', 'node'));
  program('a CommonJS script', () => run('functions.cjs', 'node'));
  program('a CommonJS script under tsx', () => run('functions.cjs', 'tsx'));
  const script =
    'const K = { a: 1 }; let n = 2; function helper(x) { return x + K.a + n; }' +
    "const path = require('node:path');" +
    'globalThis.ship({ equal: { helper: () => helper(1), direct: helper.bind(null, 2), required: () => path.sep } })';
  const module =
    "import { sep } from 'node:path'; const K = { a: 1 }; let n = 2; const helper = (x) => x + K.a + n;" +
    'await globalThis.ship({ equal: { helper: () => helper(1), imported: () => sep } })';
  program('node -e', () => run('', 'node', { args: ['-e', script] }));
  program('node -e as a module', () => run('', 'node', { args: ['--input-type=module', '-e', module] }));
  program('standard input', () => run('', 'node', { args: ['-'], input: script }));
  program('a worker thread', () => run('worker.mjs', 'node'));
  program('a test of node:test', () => run('tested.mjs', 'node'));
  program('a program without an inspector', () =>
    run('restricted.cjs', 'node', { flags: [permission, '--allow-fs-read=*', '--allow-child-process'] }),
  );
  program('a bundled and minified program', () => {
    const outfile = built.replace('runtime', 'bundle');
    buildSync({
      entryPoints: [fileURLToPath(new URL('bundle.mjs', fixtures))],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
    });
    return run('', 'node', { args: [outfile] });
  });
  program('a program compiled by tsc to CommonJS', () => {
    const source = readFileSync(new URL('compiled.ts', fixtures), 'utf8');
    const compilerOptions = {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      moduleResolution: ts.ModuleResolutionKind.Node10,
    };
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    const directory = new URL('compiled/', pathToFileURL(built));
    mkdirSync(directory, { recursive: true });
    writeFileSync(new URL('compiled.cjs', directory), outputText);
    copyFileSync(new URL('lib.cjs', fixtures), new URL('lib.cjs', directory));
    return run('', 'node', { args: [fileURLToPath(new URL('compiled.cjs', directory))] });
  });
  if (process.features && 'typescript' in process.features && process.features.typescript) {
    program('a TypeScript program by type stripping', () => run('stripped.ts', 'node'));
  }
  program('a package in node_modules', () => {
    const directory = new URL('package/', pathToFileURL(built));
    const shipped = new URL('node_modules/shipped/', directory);
    mkdirSync(shipped, { recursive: true });
    const exported = { '.': './index.mjs', './cjs': './index.cjs' };
    writeFileSync(new URL('package.json', shipped), JSON.stringify({ name: 'shipped', exports: exported }));
    for (const kind of ['mjs', 'cjs'])
      copyFileSync(new URL(`package-index.${kind}`, fixtures), new URL(`index.${kind}`, shipped));
    copyFileSync(new URL('package-main.mjs', fixtures), new URL('main.mjs', directory));
    return run('', 'node', { args: [fileURLToPath(new URL('main.mjs', directory))] });
  });
  program('a TypeScript program under tsx as CommonJS', () => run('program.cts', 'tsx'));
  program('a TypeScript program under tsx', () => run('program.ts', 'tsx'));
});
