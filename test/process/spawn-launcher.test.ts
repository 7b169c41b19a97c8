/** How a child is started: its options, and starts that are refused. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import {
  activeChildren,
  ManyhandsError,
  NotShippableError,
  Process,
  ProcessCrashedError,
  type ProcessOptions,
  SerializationError,
  StateError,
  SystemCallError,
  task,
} from '../../src/index.js';
import { inheritedFlags } from '../../src/process/spawn-launcher.js';
import { target as startsOnImport } from '../fixtures/process/starts-on-import.js';
import { scratchFolder } from '../support/scratch.js';
import { isBundled } from '../support/start-method.js';
import { childrenOf, gone, textOf } from './program.js';

const folder = scratchFolder();

async function resultOf<R>(options: ProcessOptions<unknown[], R>): Promise<Awaited<R>> {
  const child = new Process(options);
  await child.start();
  const result = await child.result();
  await child.join();
  return result;
}

/** Starts a process that can't be started; tells why, and that nothing is left of it. */
async function refusalOf<Args extends unknown[], R>(options: ProcessOptions<Args, R>): Promise<Error> {
  const child = new Process({ stdio: ['ignore', 'inherit', 'ignore'], ...options });
  const start = child.start();
  const { pid } = child;
  const error = await start.then(
    () => assert.fail('it was started'),
    (error: Error) => error,
  );
  if (pid !== undefined) await gone(pid);
  if (pid !== undefined) await child.join();
  assert.equal(child.isAlive(), false);
  assert.deepEqual(activeChildren(), []);
  while (childrenOf(process.pid).length > 0) await new Promise(setImmediate); // killed, about to be reaped
  return error;
}

describe('Options of Process', () => {
  it("env replaces the parent's variables", async () => {
    process.env['MANYHANDS_TEST_OWN'] = 'own';
    const target = () => [process.env['MANYHANDS_TEST_OWN'], process.env['MANYHANDS_TEST_GIVEN']];
    const env = { MANYHANDS_TEST_GIVEN: 'given', MANYHANDS_TEST_UNSET: undefined };
    assert.deepEqual(await resultOf({ target, env }), [undefined, 'given']);
    assert.deepEqual(await resultOf({ target, env: { ...process.env, ...env } }), ['own', 'given']);
    assert.deepEqual(await resultOf({ target }), ['own', undefined]);
    delete process.env['MANYHANDS_TEST_OWN'];
  });

  it('nothing of the library is seen in the environment of a child', async () => {
    const target = () => Object.keys(process.env).filter((name) => name.startsWith('MANYHANDS_'));
    const env = { PATH: process.env['PATH'] };
    assert.deepEqual(await resultOf({ target, env }), []);
  });

  it('cwd is where the child is', async () => {
    assert.equal(await resultOf({ target: () => process.cwd(), cwd: folder }), folder);
    assert.equal(await resultOf({ target: () => process.cwd() }), process.cwd());
    const relative = path.relative(process.cwd(), folder);
    assert.equal(await resultOf({ target: () => process.cwd(), cwd: relative }), folder);
  });

  it('cwd of a child is that of its children, who still find the flags of node', async () => {
    const target = async () => {
      const child = new Process({ target: () => process.cwd() });
      await child.start();
      return child.result();
    };
    assert.equal(await resultOf({ target, cwd: folder }), folder);
  });

  it('execArgv are the flags of node; those of the parent unless given', async () => {
    const target = () => process.execArgv;
    const flags = ['--import', import.meta.resolve('tsx'), '--throw-deprecation'];
    assert.deepEqual(await resultOf({ target, execArgv: flags }), flags);
    assert.deepEqual(await resultOf({ target }), inheritedFlags(process.execArgv));
  });

  it('resourceLimits bound the heap', async () => {
    const target = () => getHeapStatistics().heap_size_limit;
    const limitOf = (maxOldGenerationSizeMb: number) =>
      resultOf({ target, resourceLimits: { maxOldGenerationSizeMb } });
    assert.equal((await limitOf(128)) - (await limitOf(96)), 32 * 2 ** 20);
  });

  it('stdio: pipes are read by the parent', async () => {
    const child = new Process({
      target: () => {
        console.log('to stdout');
        console.error('to stderr');
      },
      stdio: 'pipe',
    });
    await child.start();
    const [out, err] = await Promise.all([textOf(child.stdout), textOf(child.stderr), child.join()]);
    assert.deepEqual([out, err], ['to stdout\n', 'to stderr\n']);
  });

  it('stdio: ignored output is no pipe', async () => {
    const child = new Process({ target: () => console.log('not seen'), stdio: 'ignore' });
    await child.start();
    assert.equal(child.stdout, null);
    assert.equal(child.stderr, null);
    await child.join();
    assert.equal(child.exitCode, 0);
  });
});

describe('inheritedFlags()', () => {
  it('drops what says which program the parent runs, and keeps the rest', () => {
    const flags = ['--import', 'tsx', '--max-old-space-size=99', '-r', './hook.cjs'];
    assert.deepEqual(inheritedFlags([...flags, '-e', 'code', '--eval=code', '-p', 'code']), flags);
    assert.deepEqual(inheritedFlags(['--test', '--test-reporter=spec', '--inspect-brk=0', ...flags]), flags);
    assert.deepEqual(inheritedFlags(['--inspect-port', '0', '--input-type', 'module', ...flags]), flags);
    assert.deepEqual(inheritedFlags(['--test-reporter', 'spec', '--watch-path', 'src', ...flags]), flags);
  });
});

describe('A start is refused', () => {
  it('when an argument can not be carried: the path is named', async () => {
    const error = await refusalOf({
      target: (value: unknown) => value,
      args: [{ db: { socket: process.stdout } }],
    });
    assert.ok(error instanceof SerializationError, String(error));
    assert.match(error.message, /args\[0\]\.db\.socket: /);
  });

  it('when a function can not travel: the variable is named', async () => {
    let total = 0;
    const error = await refusalOf({
      target: (n: number) => {
        total += n;
      },
      args: [1],
    });
    assert.ok(error instanceof NotShippableError, String(error));
    assert.match(error.message, /target.*\btotal\b/);
    assert.match(error.message, /SharedValue|return/);
    assert.equal(total, 0);
  });

  it('when the module of the target is missing over there', async () => {
    const file = path.join(folder, 'vanishing.mjs');
    writeFileSync(file, 'export function vanish() {}');
    const { vanish } = await import(pathToFileURL(file).href);
    rmSync(file);
    const error = await refusalOf({ target: vanish });
    assert.ok(error instanceof ManyhandsError, String(error));
    assert.match(error.message, /vanishing\.mjs/);
  });

  it('when the module throws while it is imported', async () => {
    const file = path.join(folder, 'throwing.mjs');
    writeFileSync(
      file,
      'export function target() {}\nif (process.env.THROW) throw new Error("no import today");',
    );
    const { target } = await import(pathToFileURL(file).href);
    const error = await refusalOf({ target, env: { ...process.env, THROW: '1' } });
    assert.ok(error instanceof ManyhandsError, String(error));
    assert.match(error.message, /throwing\.mjs can't be loaded here: no import today/);
    assert.equal((error.cause as Error).message, 'no import today');
  });

  it('when the folder does not exist', async () => {
    const error = await refusalOf({ target: () => {}, cwd: path.join(folder, 'nowhere') });
    assert.ok(error instanceof SystemCallError, String(error));
    assert.equal(error.code, 'ENOENT');
    assert.match(error.message, /nowhere \(does the folder exist\?\)/);
  });

  it('when the folder is a file', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const error = await refusalOf({ target: () => {}, cwd: file });
    assert.ok(error instanceof SystemCallError, String(error));
    assert.equal(error.code, 'ENOTDIR');
  });

  it('when the environment is too large', async () => {
    const error = await refusalOf({ target: () => {}, env: { ...process.env, LARGE: 'x'.repeat(2 ** 22) } });
    assert.ok(error instanceof SystemCallError, String(error));
    assert.equal(error.code, 'E2BIG');
  });

  it('when node does not know a flag', async () => {
    const error = await refusalOf({ target: () => {}, execArgv: ['--no-such-flag'] });
    assert.ok(error instanceof ProcessCrashedError, String(error));
    assert.equal(error.exitCode, 9);
    assert.match(error.message, /ended before it began to run/);
  });

  const hasModule = { skip: isBundled && 'the module is part of the bundle' };
  it('when the child starts a process while it imports the module of its target', hasModule, async () => {
    const error = await refusalOf({ target: startsOnImport });
    assert.ok(error instanceof ManyhandsError, String(error));
    assert.ok(error.cause instanceof StateError, String(error.cause));
    assert.match(error.message, /starts-on-import.*while its own program was being imported/);
  });

  it('and can be tried again after the reason is gone', async () => {
    const args: [unknown] = [process.stdout];
    const child = new Process({ target: (value: unknown) => value, args });
    await assert.rejects(child.start(), SerializationError);
    assert.equal(child.pid, undefined);
    args[0] = 'small';
    await child.start();
    assert.equal(await child.result(), 'small');
    await child.join();
  });
});

describe('task()', () => {
  it('names a module that does not exist: the error says so', async () => {
    const url = pathToFileURL(path.join(folder, 'absent.mjs')).href;
    const error = await refusalOf({ target: task(url, 'anything') });
    assert.ok(error instanceof ManyhandsError, String(error));
    assert.match(error.message, /absent\.mjs/);
  });

  it('names something that is no function: the error says so', async () => {
    const file = path.join(folder, 'other.mjs');
    writeFileSync(file, 'export const five = 5;');
    for (const name of ['five', 'six']) {
      const error = await refusalOf({ target: task(pathToFileURL(file).href, name) });
      assert.ok(error instanceof ManyhandsError, String(error));
      assert.match(error.message, new RegExp(`other\\.mjs.*${name}|${name}.*other\\.mjs`));
    }
  });
});
