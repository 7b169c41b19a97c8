/** The built package: its bundles are one library, and its children begin with code that is compiled already. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
// @ts-expect-error: a script in plain JavaScript
import * as bundles from '../scripts/bundles.mjs';
import * as futures from '../src/futures.js';
import * as index from '../src/index.js';
import { sharedMemoryFolder } from './support/scratch.js';

const execute = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
// Inside the repository: the bundles find their dependencies there.
const folder = path.join('node_modules', '.cache', `manyhands-bundles-${process.pid}`);
const shared = sharedMemoryFolder();
const environment = {
  ...process.env,
  NODE_OPTIONS: '',
  NODE_TEST_CONTEXT: undefined,
  MANYHANDS_SHM_DIR: shared,
};

describe('the bundles of the package', () => {
  before(async () => {
    mkdirSync(path.join(root, folder), { recursive: true });
    const { makeBundles } = bundles as { makeBundles(...args: unknown[]): Promise<void> };
    await makeBundles(folder, { index: 'src/index.ts', futures: 'src/futures.ts' }, {});
  });
  after(() => rmSync(path.join(root, folder), { recursive: true, force: true }));

  it('export what the sources do', async () => {
    const program = `
      import * as index from './index.js';
      import * as futures from './futures.js';
      console.log(JSON.stringify([Object.keys(index), Object.keys(futures)]));`;
    assert.deepEqual(JSON.parse(await run(program)), [
      Object.keys(index).sort(),
      Object.keys(futures).sort(),
    ]);
  });

  it('are one library: what the child has by name, by import and by message is the same', async () => {
    const program = `
      import { Process, Queue } from './index.js';
      async function look(queue) {
        const imported = await import('${path.join(root, folder, 'index.js')}');
        return [queue instanceof Queue, imported.Queue === Queue, queue instanceof imported.Queue];
      }
      const child = new Process({ target: look, args: [new Queue()] });
      await child.start();
      console.log(JSON.stringify(await child.result()));`;
    assert.deepEqual(JSON.parse(await run(program)), [true, true, true]);
  });

  it('a child loads no module of Node that a bare Node has not, but vm', async () => {
    const program = `
      import { execFileSync } from 'node:child_process';
      import { Process } from './index.js';
      const child = new Process({ target: () => [...process.moduleLoadList] });
      await child.start();
      const loaded = await child.result();
      const bare = execFileSync(process.execPath, ['bare.cjs'], { cwd: import.meta.dirname, encoding: 'utf8' });
      console.log(JSON.stringify(loaded.filter((name) => !JSON.parse(bare).includes(name))));`;
    writeFileSync(
      path.join(root, folder, 'bare.cjs'),
      'console.log(JSON.stringify(process.moduleLoadList));\n',
    );
    assert.deepEqual(JSON.parse(await run(program)), ['NativeModule vm']);
  });

  it('the parent leaves compiled code for its children, and the first child leaves better code', async () => {
    const program = `
      import { existsSync, readdirSync, writeFileSync } from 'node:fs';
      import { Process } from './index.js';
      const code = () => readdirSync('${shared}', { recursive: true })
        .map((name) => name.split('/').at(-1).replace(/-[0-9a-f]{8}/, '')).filter((name) => /[.](code|used)/.test(name));
      const seen = [];
      for (let i = 0; i < 3; i++) {
        // A child leaves its code when it ends: not before it was looked for here.
        const target = async (looked) => {
          while (!existsSync(looked)) await new Promise(setImmediate);
        };
        const looked = '${path.join(root, folder, 'looked-')}' + i;
        const child = new Process({ target, args: [looked] });
        await child.start();
        seen.push(code().sort());
        writeFileSync(looked, '');
        await child.join();
      }
      console.log(JSON.stringify([...seen, code().sort()]));`;
    const first = ['core.cjs.code', 'library.cjs.code'];
    const later = ['core.cjs.code', 'core.cjs.used', 'library.cjs.code'];
    assert.deepEqual(JSON.parse(await run(program)), [first, later, later, later]);
    assert.deepEqual(readdirSync(shared), [], 'the code goes with the session');
  });

  it('a child compiles for itself where the code is damaged, missing, or of other flags', async () => {
    const program = `
      import { readdirSync, rmSync, writeFileSync } from 'node:fs';
      import path from 'node:path';
      import { Process } from './index.js';
      const answer = async (options) => {
        const child = new Process({ target: () => process.execArgv.length, ...options });
        await child.start();
        return await child.result();
      };
      const files = () => readdirSync('${shared}', { recursive: true }).filter((name) => /[.](code|used)$/.test(name));
      const answers = [await answer({}), await answer({ execArgv: ['--stack-size=900'] })];
      for (const name of files()) writeFileSync(path.join('${shared}', name), 'no code');
      answers.push(await answer({}));
      for (const name of files()) rmSync(path.join('${shared}', name));
      answers.push(await answer({}));
      console.log(JSON.stringify(answers));`;
    assert.deepEqual(JSON.parse(await run(program)), [0, 1, 0, 0]);
  });

  it('have the globals of the code that loads them: jest gives each test its own', async () => {
    const used = `
      const { Pool } = require('./index.cjs');
      const { readdirSync, readFileSync } = require('node:fs');
      const scale = { by: 2 };
      class Point { constructor(x) { this.x = x; } twice() { return this.x * scale.by; } }
      class Job { constructor() { this.step = 3; } go(pool) { return pool.apply((x) => x + this.step, [1]); } }
      module.exports = async () => {
        const pool = new Pool(1);
        const point = await pool.apply((p) => new Point(p.twice()), [new Point(2)]);
        const failed = await pool.apply(() => { throw new RangeError('no'); }).catch((error) => error);
        let missing;
        try { readFileSync('/not/there'); } catch (error) { missing = error; }
        const seen = [
          await pool.apply((x) => [x * scale.by], [4]),
          point instanceof Point, point.twice(),
          (await pool.apply(() => ({ a: new Map([[1, new Date(0)]]) }))).a instanceof Map,
          failed instanceof RangeError, failed instanceof Error,
          await new Job().go(pool),
          await pool.apply((list) => list instanceof Array && list.length > 0, [readdirSync('/')]),
          await pool.apply((error) => [error instanceof Error, error.code], [missing]),
          await pool.apply((usage) => usage.rss > 0, [process.memoryUsage()]),
          Object === process.constructor.constructor('return Object')(),
        ];
        await pool.terminate();
        return JSON.stringify(seen);
      };`;
    writeFileSync(path.join(root, folder, 'used.cjs'), used);
    const program = `
      import { readFileSync } from 'node:fs';
      import { createRequire } from 'node:module';
      import { compileFunction, createContext, runInNewContext } from 'node:vm';
      const ofLanguage = runInNewContext('Object.getOwnPropertyNames(globalThis)');
      const ofNode = Object.getOwnPropertyNames(globalThis).filter((name) => !ofLanguage.includes(name));
      ofNode.push('Uint8Array', 'ArrayBuffer'); // as jest does
      const parsingContext = createContext(Object.fromEntries(ofNode.map((name) => [name, globalThis[name]])));
      const loaded = {};
      function load(name) {
        if (!name.startsWith('.')) return createRequire(import.meta.url)(name);
        const filename = import.meta.dirname + name.slice(1);
        if (loaded[name]) return loaded[name].exports;
        const module = (loaded[name] = { exports: {} });
        const given = ['module', 'exports', 'require', '__dirname', '__filename'];
        compileFunction(readFileSync(filename, 'utf8'), given, { filename, parsingContext })(
          module, module.exports, Object.assign(load, { cache: {}, resolve: String }), import.meta.dirname, filename);
        return module.exports;
      }
      console.log(await load('./used.cjs')());`;
    assert.deepEqual(JSON.parse(await run(program)), [
      [8],
      true,
      8,
      true,
      true,
      true,
      4,
      true,
      [true, 'ENOENT'],
      true,
      false,
    ]);
  });

  it('say so where a child is begun by hand', async () => {
    const { code, stderr } = await execute(process.execPath, [path.join(root, folder, 'bootstrap.cjs')], {
      env: environment,
    }).then(
      () => ({ code: 0, stderr: '' }),
      (error) => error,
    );
    assert.equal(code, 2);
    assert.match(stderr, /started by manyhands/);
  });
});

async function run(program: string): Promise<string> {
  const file = path.join(root, folder, `program-${programs++}.mjs`);
  writeFileSync(file, program);
  const { stdout } = await execute(process.execPath, [file], { env: environment });
  return stdout;
}

let programs = 0;
