// The program of the shipping table in all its forms, in a project of its own that has the built library in its node_modules.
//
//   test/fixtures/shipping/table/  head + cases + cases of that form + a call of the driver  ─►  one file for each form

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../..');
const parts = path.join(root, 'test/fixtures/shipping/table');

/** Not below a node_modules folder: what lies there is somebody else's code for Node and for the library. */
export const project = path.join(root, '.cache/manyhands-test', `table-${process.pid}`);

const RUN = '\nrunTable(Pool, cases, refused);\n';
const BUNDLED = ['head-esm.js', 'cases.js', 'cases-esm.js'];
const ES_MODULE = [...BUNDLED, 'cases-eval.js'];
/** What the programs import. */
const BESIDE = ['../lib.mjs', '../lib.cjs', 'data.json'];
const COMMON_JS = ['head-cjs.js', 'cases.js', 'cases-cjs.js', 'cases-sloppy.js', 'cases-eval.js'];

/** The files of the fixture, one behind the other. */
export function textOf(names: readonly string[], tail = RUN): string {
  return names.map((name) => readFileSync(path.join(parts, name), 'utf8')).join('') + tail;
}

/** What is run by `-e`, from standard input and line by line. */
export const scripts = {
  commonJs: textOf(COMMON_JS),
  esModule: textOf(ES_MODULE),
  typed: textOf(COMMON_JS, '\nrunTable(Pool, cases, refused).then(() => process.exit());\n'),
};

export async function makeProject(): Promise<void> {
  removeProject();
  mkdirSync(path.join(project, 'node_modules'), { recursive: true });
  write('package.json', '{ "private": true }');
  for (const file of BESIDE) copy(file, path.basename(file));
  await makePackages();

  write('table.mjs', textOf(ES_MODULE));
  write('table.cjs', textOf(COMMON_JS));
  write('table-octal.cjs', textOf([...COMMON_JS, 'cases-octal.js']));
  write('table.mts', textOf([...ES_MODULE, 'cases-types.ts']));
  const typeScript = ['cases-types.ts', 'cases-typescript.ts'];
  write('table-tsx.mts', textOf([...ES_MODULE, ...typeScript, 'cases-decorators.ts']));
  write('table-legacy.mts', textOf([...ES_MODULE, ...typeScript, 'cases-legacy-decorators.ts']));
  const compilerOptions = { experimentalDecorators: true, useDefineForClassFields: true };
  write('legacy.json', JSON.stringify({ compilerOptions }));
  write('table-tsx.cts', textOf(['head-cts.js', 'cases.js', ...typeScript, 'cases-decorators.ts']));
  write('table-compiled.cjs', compiled());
  write('to-bundle.mjs', textOf(BUNDLED));
  await makeBundles();

  const inner = '\nexport const run = () => runTable(Pool, cases, refused);\n';
  write('table-module.mjs', textOf(ES_MODULE, inner));
  write('main-module.mjs', "import { run } from './table-module.mjs';\nawait run();\n");
  write('main-package.mjs', "import { run } from 'shipped';\nawait run();\n");
  write('main-package.cjs', "require('shipped/cjs').run();\n");
  const thread =
    "new Worker(new URL('table.mjs', import.meta.url)).on('exit', (code) => { process.exitCode = code; });";
  write('main-thread.mjs', `import { Worker } from 'node:worker_threads';\n${thread}\n`);
  const text = `new Worker(${JSON.stringify(scripts.commonJs)}, { eval: true })`;
  write('main-text.cjs', `const { Worker } = require('node:worker_threads');\n${text};\n`);
  const child =
    "const child = new Process({ target: async () => (await import('./table-module.mjs')).run() });";
  const joined = 'await child.start();\nawait child.result();\nawait child.join();';
  write('main-child.mjs', `import { Process } from 'manyhands';\n${child}\n${joined}\n`);
  const test = "\ntest('the table', () => runTable(Pool, cases, refused));\n";
  write('table.test.mjs', textOf(ES_MODULE, `import { test } from 'node:test';${test}`));
}

export function removeProject(): void {
  rmSync(project, { recursive: true, force: true });
}

function write(name: string, text: string): void {
  const file = path.join(project, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function copy(name: string, to: string): void {
  mkdirSync(path.dirname(path.join(project, to)), { recursive: true });
  cpSync(path.join(parts, name), path.join(project, to));
}

/** The library as it is published, the driver, and packages of each kind, one of which is the table itself. */
async function makePackages(): Promise<void> {
  const { makeBundles: makeLibrary } = await import(
    pathToFileURL(path.join(root, 'scripts/bundles.mjs')).href
  );
  const library = path.join(project, 'node_modules/manyhands');
  mkdirSync(library);
  await makeLibrary(path.relative(root, library), { index: 'src/index.ts' }, {});
  makePackage('manyhands', { type: 'module', exports: { import: './index.js', require: './index.cjs' } });
  makePackage('shipping-driver', { exports: './driver.cjs' });
  copy('driver.cjs', 'node_modules/shipping-driver/driver.cjs');
  makePackage('esm-only', { type: 'module', exports: './index.js' });
  write(
    'node_modules/esm-only/index.js',
    'export const shout = (text) => text.toUpperCase();\nexport default { name: "esm-only" };\n',
  );
  makePackage('cjs-only', { main: './index.js' });
  write(
    'node_modules/cjs-only/index.js',
    'exports.whisper = (text) => text.toLowerCase();\nexports.Thing = class Thing { constructor(n) { this.n = n; } twice() { return this.n * 2; } };\n',
  );
  makePackage('dual', { exports: { import: './index.mjs', require: './index.cjs' } });
  write('node_modules/dual/index.mjs', "export const kind = 'by import';\n");
  write('node_modules/dual/index.cjs', "exports.kind = 'by require';\n");
  makePackage('shipped', { exports: { '.': './table.mjs', './cjs': './table.cjs' } });
  const run = '() => runTable(Pool, cases, refused);\n';
  write('node_modules/shipped/table.mjs', textOf(ES_MODULE, `\nexport const run = ${run}`));
  write('node_modules/shipped/table.cjs', textOf(COMMON_JS, `\nexports.run = ${run}`));
  for (const file of BESIDE) copy(file, `node_modules/shipped/${path.basename(file)}`);
}

function makePackage(name: string, fields: object): void {
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', ...fields }));
}

/** By tsc to CommonJS, with decorators as TypeScript had them first. */
function compiled(): string {
  const names = [
    'head-esm.js',
    'cases.js',
    'cases-types.ts',
    'cases-typescript.ts',
    'cases-legacy-decorators.ts',
  ];
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
    experimentalDecorators: true,
    moduleResolution: ts.ModuleResolutionKind.Node10,
  };
  return ts.transpileModule(textOf(names), { compilerOptions }).outputText;
}

async function makeBundles(): Promise<void> {
  const common = { absWorkingDir: project, bundle: true, platform: 'node', packages: 'external' } as const;
  const esModule = path.join(project, 'to-bundle.mjs');
  const commonJs = path.join(project, 'table-tsx.cts');
  await Promise.all([
    build({ ...common, entryPoints: [esModule], outfile: 'table-bundled.mjs', format: 'esm' }),
    build({ ...common, entryPoints: [esModule], outfile: 'table-minified.mjs', format: 'esm', minify: true }),
    build({
      ...common,
      entryPoints: [commonJs],
      outfile: 'table-function.cjs',
      format: 'iife',
      target: 'node20',
    }),
    build({
      ...common,
      entryPoints: [commonJs],
      outfile: 'table-bundled.cjs',
      format: 'cjs',
      target: 'node20',
      minify: true,
    }),
  ]);
}
