/** The stock of prefork: what is in it, what is taken out of it, and when it is thrown away. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  activeChildren,
  currentProcess,
  getContext,
  isMainProcess,
  Process,
  ProcessCrashedError,
  type ProcessOptions,
  parentProcess,
  SerializationError,
} from '../../src/index.js';
import { preforkStock } from '../../src/process/prefork-stock.js';
import { scratchFolder, sharedMemoryFolder } from '../support/scratch.js';
import { eventually } from '../support/start.js';
import { gone, Program, textOf } from './program.js';

const context = getContext('prefork');
const folder = scratchFolder();

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/process/${name}`, import.meta.url));
const readySpares = () => context.spares().filter(({ ready }) => ready);

/** Starts a process and gives it and what it returned. */
async function run<R>(options: ProcessOptions<unknown[], R>) {
  const child = new context.Process(options);
  await child.start();
  const { pid } = child;
  const result = await child.result();
  await child.join();
  return { child, pid, result };
}

/** Waits for a ready process of the stock: the one that the next start takes. */
async function stocked(): Promise<number> {
  if (preforkStock.spares.length === 0) await run({ target: () => {} });
  await eventually(() => readySpares().length > 0);
  return readySpares()[0].pid;
}

async function nextWarning(): Promise<Error & { code: string }> {
  for (;;) {
    const [warning] = (await once(process, 'warning')) as [Error & { code: string }];
    if (warning.name === 'PreforkWarning') return warning;
  }
}

describe('A start by prefork', () => {
  it('takes a process of the stock, which is like any other', async () => {
    const spare = await stocked();
    const { child, pid, result } = await run({
      target: () => ({
        name: currentProcess().name,
        pid: process.pid,
        isMainProcess,
        parent: parentProcess()?.pid,
        children: activeChildren().length,
      }),
    });
    assert.equal(pid, spare);
    assert.deepEqual(result, {
      name: child.name,
      pid,
      isMainProcess: false,
      parent: process.pid,
      children: 0,
    });
    assert.equal(child.exitCode, 0);
    assert.match(child.name, /^Process-\d+$/);
  });

  it('the stock is in no list of processes, and does not count in their names', async () => {
    const before = new Process();
    await stocked();
    assert.deepEqual(activeChildren(), []);
    const numberOf = ({ name }: { name: string }) => Number(/-(\d+)$/.exec(name)?.[1]);
    const { child } = await run({ target: () => {} });
    assert.ok(numberOf(child) - numberOf(before) <= 2, `${before.name}, ${child.name}`);
  });

  it('makes a process with options of its own afresh', async () => {
    const cases: ProcessOptions<unknown[], unknown>[] = [
      { env: { ...process.env, MANYHANDS_TEST_OWN: 'own' }, target: () => process.env['MANYHANDS_TEST_OWN'] },
      { cwd: folder, target: () => process.cwd() },
      { execArgv: [...process.execArgv, '--throw-deprecation'], target: () => process.execArgv.at(-1) },
      { resourceLimits: { maxOldGenerationSizeMb: 200 }, target: () => process.execArgv.at(-1) ?? '' },
      { detached: true, target: () => 'detached' },
    ];
    const results: unknown[] = [];
    for (const options of cases) {
      const spare = await stocked();
      const { pid, result } = await run(options);
      assert.notEqual(pid, spare);
      results.push(result);
    }
    assert.deepEqual(results, ['own', folder, '--throw-deprecation', '--max-old-space-size=200', 'detached']);
  });

  it('keeps processes whose output is read beside those whose output is not', async () => {
    const options = { target: () => console.log('said'), stdio: ['ignore', 'pipe', 'inherit'] as const };
    const first = new context.Process(options);
    await first.start();
    await Promise.all([first.join(), textOf(first.stdout)]);
    await eventually(() => readySpares().length >= 2);
    const pids = readySpares().map(({ pid }) => pid);
    const second = new context.Process(options);
    await second.start();
    assert.ok(pids.includes(second.pid as number));
    assert.equal(await textOf(second.stdout), 'said\n');
    await second.join();
    const { pid } = await run({ target: () => {} });
    assert.ok(pids.includes(pid as number));
  });

  it('is refused when its arguments can not travel, and the next one is not harmed', async () => {
    await stocked();
    const child = new context.Process({ target: (value: unknown) => value, args: [process.stdout] });
    await assert.rejects(child.start(), SerializationError);
    assert.equal((await run({ target: () => 'next' })).result, 'next');
  });

  it('goes on without a process that was killed in stock', async () => {
    const spare = await stocked();
    process.kill(spare, 'SIGKILL');
    await gone(spare); // our event loop has not heard of it, or just so
    const { pid, result } = await run({ target: () => 'ran' });
    assert.notEqual(pid, spare);
    assert.equal(result, 'ran');
    await eventually(() => !context.spares().some(({ pid }) => pid === spare));
  });
});

describe('The stock', () => {
  it('is renewed when the environment changes', async () => {
    const spare = await stocked();
    process.env['MANYHANDS_TEST_LATER'] = 'later';
    const { pid, result } = await run({ target: () => process.env['MANYHANDS_TEST_LATER'] });
    delete process.env['MANYHANDS_TEST_LATER'];
    assert.notEqual(pid, spare);
    assert.equal(result, 'later');
    await gone(spare);
    assert.equal((await run({ target: () => process.env['MANYHANDS_TEST_LATER'] })).result, undefined);
  });

  it('is renewed when the folder changes', async () => {
    const spare = await stocked();
    const before = process.cwd();
    process.chdir(folder);
    const { pid, result } = await run({ target: () => process.cwd() });
    process.chdir(before);
    assert.notEqual(pid, spare);
    assert.equal(result, folder);
    await gone(spare);
    assert.equal((await run({ target: () => process.cwd() })).result, before);
  });

  it('grows when it was empty, to a bound, and no further', async () => {
    const children = Array.from({ length: 12 }, () => new context.Process({ target: () => {} }));
    await Promise.all(children.map((child) => child.start()));
    await Promise.all(children.map((child) => child.join()));
    await eventually(() => readySpares().length >= 2);
    // Those that there is no room for any more may be about to end.
    await eventually(() => context.spares().length <= Math.max(2, availableParallelism()));
  });

  for (const [how, code] of [
    ['normal', 0],
    ['exit', 3],
    ['throw', 1],
  ] as const) {
    it(`keeps no program alive, and ends with it (${how})`, async () => {
      const shared = sharedMemoryFolder();
      const program = new Program('stocked.ts', [how], shared);
      const { stdout, stderr, ...ended } = await program.ended;
      assert.deepEqual(ended, { code, signal: null }, stderr);
      assert.match(stdout, /^worked\nspare \d+\n/);
      for (const [, pid] of stdout.matchAll(/^spare (\d+)$/gm)) await gone(Number(pid));
      assert.deepEqual(readdirSync(shared), []);
    });
  }

  it('ends with a parent that is killed', async () => {
    const program = new Program('stocked.ts', ['wait']);
    await program.output(/^stocked$/m);
    program.kill('SIGKILL');
    const { stdout } = await program.ended;
    const pids = [...stdout.matchAll(/^spare (\d+)$/gm)].map(([, pid]) => Number(pid));
    assert.ok(pids.length > 0);
    for (const pid of pids) await gone(pid);
  });
});

describe('setPreload()', () => {
  after(() => context.setPreload([]));

  it('refuses what is no list of modules', () => {
    for (const wrong of [undefined, 'module', [5], [null], ['']])
      assert.throws(() => context.setPreload(wrong as never), TypeError);
  });

  it('has modules imported before the start, those in stock already are thrown away', async () => {
    const spare = await stocked();
    context.setPreload([
      fixture('preloaded.ts'),
      new URL('../fixtures/process/preloaded.ts', import.meta.url),
    ]);
    await gone(spare);
    const target = () => (globalThis as { preloaded?: string[] }).preloaded;
    assert.deepEqual((await run({ target })).result, ['preloaded.ts']); // also one that was not in stock
    const taken = await stocked();
    const { pid, result } = await run({ target });
    assert.equal(pid, taken);
    assert.deepEqual(result, ['preloaded.ts']);
    context.setPreload([]);
    assert.equal((await run({ target })).result, undefined);
  });

  it('takes modules as the entry script would import them', async () => {
    context.setPreload(['node:zlib', '../fixtures/process/preloaded.ts']);
    const { result } = await run({ target: () => (globalThis as { preloaded?: string[] }).preloaded });
    assert.deepEqual(result, ['preloaded.ts']);
  });

  it('tells of a module that throws, with its stack, and starts without it', async () => {
    const warning = nextWarning();
    context.setPreload([fixture('preload-throws.ts'), fixture('preloaded.ts')]);
    const { result } = await run({ target: () => (globalThis as { preloaded?: string[] }).preloaded });
    assert.deepEqual(result, ['preloaded.ts']);
    const { name, code, message } = await warning;
    assert.deepEqual([name, code], ['PreforkWarning', 'MANYHANDS_PREFORK']);
    assert.match(
      message,
      /preload-throws\.ts could not be preloaded: RangeError: no settings here\n\s+at .*preload-throws\.ts/,
    );
  });

  it('tells of a module that is missing, once', async () => {
    const messages: string[] = [];
    const listener = ({ message }: Error) => void messages.push(message);
    process.on('warning', listener);
    context.setPreload(['./is-missing.mjs']);
    for (let i = 0; i < 2; i++) {
      await run({ target: () => {} });
      await stocked();
    }
    process.off('warning', listener);
    assert.equal(messages.length, 1, messages.join('\n'));
    assert.match(messages[0], /module \.\/is-missing\.mjs could not be preloaded: .*Cannot find/);
  });

  it('a module can not start processes while it is preloaded', async () => {
    const warning = nextWarning();
    context.setPreload([fixture('preload-starts.ts')]);
    assert.equal((await run({ target: () => 'ran' })).result, 'ran');
    assert.match((await warning).message, /preload-starts\.ts could not be preloaded: StateError/);
  });

  it('a module that ends the process: starts reject, and no more are made for the stock', async () => {
    context.setPreload([fixture('preload-exits.ts')]);
    const keepAlive = setInterval(() => {}, 1000); // what is done for the stock keeps no program alive
    const warning = nextWarning();
    const child = new context.Process({ target: () => {} });
    await assert.rejects(child.start(), ProcessCrashedError);
    assert.match(
      (await warning).message,
      /processes of the stock end while they boot \(the last one: exit code 7\)/,
    );
    clearInterval(keepAlive);
    assert.deepEqual(context.spares(), []);
    context.setPreload([]);
    assert.equal((await run({ target: () => 'again' })).result, 'again');
  });
});
