/** What is published: the packed tarball, linted, installed in an empty project and run on every supported Node. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
// @ts-expect-error: a script in plain JavaScript, which runs before TypeScript is installed
import * as nodeVersions from '../../scripts/node-versions.mjs';
import { scratchFolder } from '../support/scratch.js';

const execute = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const { nodeBinary, supportedNodes } = nodeVersions as {
  nodeBinary(major: number): Promise<string>;
  supportedNodes: number[];
};

const body = `
async function shout(queue, word) {
  await queue.put(word.toUpperCase());
}

async function main() {
  const pool = new Pool(2);
  const squares = await pool.map((n) => n * n, [1, 2, 3, 4]);
  await pool.close();
  await pool.join();

  const queue = new Queue();
  const child = new Process({ target: shout, args: [queue, 'hello'] });
  await child.start();
  const word = await queue.get();
  await child.join();
  console.log(JSON.stringify({ squares, word, exitCode: child.exitCode }));
}

main();
`;

const typedBody = body
  .replace('(queue, word)', '(queue: Queue<string>, word: string): Promise<void>')
  .replace('const squares', 'const squares: number[]')
  .replace('(n) =>', '(n: number): number =>')
  .replace('new Queue()', 'new Queue<string>()');

const programs: Record<string, string> = {
  'main.mjs': `import { Pool, Process, Queue } from 'manyhands';\n${body}`,
  'main.cjs': `const { Pool, Process, Queue } = require('manyhands');\n${body}`,
  'main.mts': `import { Pool, Process, Queue } from 'manyhands';\n${typedBody}`,
  'main.cts': `import { Pool, Process, Queue } from 'manyhands';\n${typedBody}`,
  'both.mjs': `
import { createRequire } from 'node:module';
import * as index from 'manyhands';
import * as futures from 'manyhands/futures';
import * as testing from 'manyhands/testing';
const require = createRequire(import.meta.url);
const seen = { index, futures, testing };
for (const [name, namespace] of Object.entries(seen)) {
  const required = require(name === 'index' ? 'manyhands' : \`manyhands/\${name}\`);
  const names = new Set([...Object.keys(namespace), ...Object.keys(required)]);
  seen[name] = names.size > 2 && [...names].every((key) => namespace[key] === required[key]);
}
console.log(JSON.stringify(seen));
`,
  // A class of one kind of module is given to the other: to TypeScript too it must be the same.
  'pool.cts': `import { Pool } from 'manyhands';\nexport const make = (): Pool => new Pool(1);\n`,
  'types.mts': `
import { ProcessPoolExecutor } from 'manyhands/futures';
import { Pool } from 'manyhands';
import { chaos } from 'manyhands/testing';
import { make } from './pool.cjs';
export const pool: Pool = make();
export { ProcessPoolExecutor, chaos };
`,
  'types.cts': `
import { ProcessPoolExecutor } from 'manyhands/futures';
import { chaos } from 'manyhands/testing';
import manyhands = require('manyhands');
export const pool: manyhands.Pool = new manyhands.Pool(1);
export { ProcessPoolExecutor, chaos };
`,
};

const expected = { squares: [1, 4, 9, 16], word: 'HELLO', exitCode: 0 };

describe('the packed tarball', () => {
  const project = scratchFolder();
  let tarball = '';

  before(async () => {
    await execute(process.execPath, ['scripts/build.mjs'], { cwd: root });
    const packed = await execute(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', project],
      { cwd: root },
    );
    tarball = path.join(project, JSON.parse(packed.stdout)[0].filename);
    writeFileSync(path.join(project, 'package.json'), '{ "name": "empty-project", "private": true }\n');
    for (const [name, source] of Object.entries(programs)) writeFileSync(path.join(project, name), source);
    const tsx = JSON.parse(readFileSync(path.join(root, 'node_modules/tsx/package.json'), 'utf8')).version;
    const wanted = [tarball, `tsx@${tsx}`];
    await execute('npm', ['install', ...wanted, '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: project,
    });
  });

  it('has nothing publint objects to', async () => {
    const { publint } = await import('publint');
    const { formatMessage } = await import('publint/utils');
    const { messages, pkg } = await publint({
      pack: { tarball: arrayBuffer(readFileSync(tarball)) },
      strict: true,
    });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    );
  });

  it('has types that resolve (attw --profile node16)', async () => {
    const attw = path.join(root, 'node_modules/.bin/attw');
    await succeeds(execute(attw, ['--profile', 'node16', '--no-color', '--no-emoji', tarball]));
  });

  for (const module of ['node16', 'nodenext']) {
    it(`has one set of types for both kinds of module (${module})`, async () => {
      const options = ['--noEmit', '--strict', '--types', 'node', '--module', module, '--target', 'es2022'];
      const typeRoots = ['--typeRoots', path.join(root, 'node_modules/@types')];
      const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
      const files = ['main.mts', 'main.cts', 'types.mts', 'types.cts'];
      await succeeds(execute(process.execPath, [tsc, ...options, ...typeRoots, ...files], { cwd: project }));
    });
  }

  it('runs its command', async () => {
    const command = path.join(project, 'node_modules/.bin/manyhands');
    const { stdout } = await succeeds(execute(command, ['--version']));
    assert.equal(stdout.trim(), JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version);
  });

  for (const major of supportedNodes) {
    const ways: Record<string, string[]> = {
      'an ES module': ['main.mjs'],
      'CommonJS by require': ['main.cjs'],
      'TypeScript by tsx': ['--import', 'tsx', 'main.mts'],
      'TypeScript by tsx as CommonJS': ['--import', 'tsx', 'main.cts'],
    };
    if (major >= 22) ways["TypeScript by Node's type stripping"] = ['main.mts'];
    it(`is one library for import and require on Node ${major}`, async () => {
      const { stdout } = await succeeds(execute(await nodeBinary(major), ['both.mjs'], { cwd: project }));
      assert.deepEqual(JSON.parse(stdout), { index: true, futures: true, testing: true });
    });
    for (const [way, args] of Object.entries(ways)) {
      it(`works on Node ${major} from ${way}`, async () => {
        const binary = await nodeBinary(major);
        const { stdout } = await succeeds(
          execute(binary, args, { cwd: project, timeout: 60_000, killSignal: 'SIGKILL' }),
        );
        assert.deepEqual(JSON.parse(stdout), expected);
      });
    }
  }
});

function arrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** Shows what a program printed when it fails. */
async function succeeds<T>(running: Promise<T>): Promise<T> {
  return running.catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`${error.message}\n${error.stdout ?? ''}\n${error.stderr ?? ''}`);
  });
}
