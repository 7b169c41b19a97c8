/** The command `manyhands map`, run as a person runs it: its output, its files, its exit codes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { bundle } from '../support/bundle.js';
import { scratchFolder } from '../support/scratch.js';

const root = path.resolve(import.meta.dirname, '../..');
const functions = path.join(root, 'test/fixtures/cli/functions.mjs');
const scratch = scratchFolder();
const notResults = path.join(scratch, 'not-results');
writeFileSync(notResults, 'something else\n');
/** The command with the library, bundled: each test starts several processes. */
let command = '';
before(async () => {
  command = path.join(await bundle({ command: 'src/cli/main.ts' }), 'command.js');
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: string[], options: { stdin?: string; cwd?: string } = {}): ChildProcess {
  const child = spawn(process.execPath, [command, ...args], { cwd: options.cwd ?? scratch });
  child.stdin?.on('error', () => {}); // it may end before it has read everything
  if (options.stdin !== undefined) child.stdin?.end(options.stdin);
  return child;
}

async function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

function manyhands(args: string[], options: { stdin?: string; cwd?: string } = {}): Promise<Ended> {
  return ended(start(args, options));
}

function records(ndjson: string): { input: unknown; result?: unknown; error?: { name: string } }[] {
  return ndjson
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function folder(name: string, files: Record<string, string> = {}): string {
  const place = path.join(scratch, name);
  mkdirSync(place, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(place, file), content);
  return place;
}

describe('manyhands map: inputs and results', () => {
  it('runs the default export over the lines of stdin', async () => {
    const { code, stdout, stderr } = await manyhands(['map', functions, '--jobs', '2'], {
      stdin: 'a\nbb\n\nccc',
    });
    const sorted = records(stdout).sort((a, b) => Number(a.result) - Number(b.result));
    assert.deepEqual(sorted, [
      { input: '', result: 0 },
      { input: 'a', result: 1 },
      { input: 'bb', result: 2 },
      { input: 'ccc', result: 3 },
    ]);
    assert.match(stderr, /4 done, 0 failed/);
    assert.equal(code, 0);
  });

  it('runs a named export over files by path and by glob, each once', async () => {
    const cwd = folder('texts', { 'a.txt': 'one two', 'b.txt': 'three', 'c.md': 'x' });
    const { code, stdout } = await manyhands(['map', `${functions}#words`, 'b.txt', '*.txt', '--ordered'], {
      cwd,
    });
    assert.deepEqual(records(stdout), [
      { input: 'b.txt', result: 1 },
      { input: 'a.txt', result: 2 },
    ]);
    assert.equal(code, 0);
  });

  it('takes JSON values from the lines of an .ndjson file', async () => {
    const cwd = folder('ndjson', { 'in.ndjson': '{"n":1}\n\n{"n":41}\n' });
    const { stdout } = await manyhands(['map', `${functions}#addOne`, '--input', 'in.ndjson', '--ordered'], {
      cwd,
    });
    assert.deepEqual(records(stdout), [
      { input: { n: 1 }, result: 2 },
      { input: { n: 41 }, result: 42 },
    ]);
  });

  it('writes to --out and leaves stdout empty', async () => {
    const cwd = folder('out');
    const { code, stdout } = await manyhands(['map', `${functions}#upper`, '--out', 'results.ndjson'], {
      cwd,
      stdin: 'x\n',
    });
    assert.equal(stdout, '');
    assert.equal(readFileSync(path.join(cwd, 'results.ndjson'), 'utf8'), '{"input":"x","result":"X"}\n');
    assert.equal(code, 0);
  });

  it('keeps the order of the inputs with --ordered', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => String(index));
    const { stdout } = await manyhands(['map', `${functions}#upper`, '--ordered', '--jobs', '2'], {
      stdin: lines.join('\n'),
    });
    assert.deepEqual(
      records(stdout).map(({ input }) => input),
      lines,
    );
  });

  it('shows no progress bar on a pipe', async () => {
    const { stderr } = await manyhands(['map', `${functions}#upper`, '--progress'], { stdin: 'a\nb\n' });
    assert.doesNotMatch(stderr, /\u001b|ETA/);
  });

  it('imports the module in the worker, where its state lives', async () => {
    const { stdout } = await manyhands(['map', `${functions}#countedInWorker`, '--jobs', '1', '--ordered'], {
      stdin: 'a\nb\nc\n',
    });
    const results = records(stdout).map(({ result }) => result as { calls: number; pid: number });
    assert.deepEqual(
      results.map(({ calls }) => calls),
      [1, 2, 3],
    );
    assert.equal(new Set(results.map(({ pid }) => pid)).size, 1);
  });
});

describe('manyhands map: failures', () => {
  it('goes on after a failed item, lists it on stderr and in --failed, and ends with 1', async () => {
    const cwd = folder('failures');
    const args = ['map', `${functions}#failOnOdd`, '--failed', 'failed.ndjson', '--ordered'];
    const { code, stdout, stderr } = await manyhands(args, { cwd, stdin: '0\n1\n2\n3\n4\n' });
    assert.deepEqual(
      records(stdout).map(({ result }) => result),
      [0, 2, 4],
    );
    assert.match(stderr, /failed: 1: RangeError: 1 is odd/);
    assert.match(stderr, /3 done, 2 failed/);
    const failed = records(readFileSync(path.join(cwd, 'failed.ndjson'), 'utf8'));
    assert.deepEqual(
      failed.map(({ input, error }) => [input, error?.name]),
      [
        ['1', 'RangeError'],
        ['3', 'RangeError'],
      ],
    );
    assert.equal(code, 1);
  });

  it('loses only the item whose worker was killed', async () => {
    const args = ['map', `${functions}#dieOnThree`, '--jobs', '2', '--ordered'];
    const { code, stdout, stderr } = await manyhands(args, { stdin: '1\n2\n3\n4\n5\n' });
    assert.deepEqual(
      records(stdout).map(({ result }) => result),
      ['1', '2', '4', '5'],
    );
    assert.match(stderr, /failed: 3: WorkerCrashedError/);
    assert.equal(code, 1);
  });

  it('counts a result that JSON cannot hold as failed', async () => {
    const { code, stderr } = await manyhands(['map', `${functions}#bigint`], { stdin: '1\n' });
    assert.match(stderr, /failed: 1: TypeError: the result can't be written as JSON/);
    assert.equal(code, 1);
  });
});

describe('manyhands map: wrong usage ends with 2 and says what is wrong', () => {
  const cases: Record<string, { args: string[]; says: RegExp }> = {
    'no command': { args: [], says: /Usage: manyhands/ },
    'an unknown command': { args: ['mop'], says: /unknown command 'mop'/ },
    'no module': { args: ['map'], says: /missing required argument 'module'/ },
    'an unknown flag': { args: ['map', functions, '--fast'], says: /unknown option '--fast'/ },
    'zero jobs': { args: ['map', functions, '--jobs', '0'], says: /whole number of at least 1/ },
    'half a job': { args: ['map', functions, '--jobs', '1.5'], says: /whole number of at least 1/ },
    'a missing module': {
      args: ['map', './no-such.mjs', functions],
      says: /no such module: \.\/no-such\.mjs/,
    },
    'a missing package': {
      args: ['map', 'no-such-package', functions],
      says: /no such module: no-such-package/,
    },
    'a missing export': {
      args: ['map', `${functions}#nope`, functions],
      says: /no function named 'nope'; its functions: .*upper/,
    },
    'an export that is no function': {
      args: ['map', `${functions}#notAFunction`, functions],
      says: /of type number/,
    },
    'a missing file': { args: ['map', functions, 'no-such.txt'], says: /no such file: no-such\.txt/ },
    'a glob without matches': {
      args: ['map', functions, '*.nothing'],
      says: /no file matches '\*\.nothing'/,
    },
    'a directory': { args: ['map', functions, scratch], says: /is a directory; .*\*\*/ },
    'a missing --input': {
      args: ['map', functions, '--input', 'no.txt'],
      says: /--input: no such file: no\.txt/,
    },
    'an --out that cannot be': {
      args: ['map', functions, functions, '--out', 'no/such/x'],
      says: /--out: can't write/,
    },
    '--resume without --out': {
      args: ['map', functions, functions, '--resume'],
      says: /--resume needs --out FILE/,
    },
    '--resume of something else': {
      args: ['map', functions, functions, '--resume', '--out', notResults],
      says: /not-results:1 is no line of results/,
    },
    'a timeout of nothing': { args: ['map', functions, '--timeout', '0'], says: /milliseconds above 0/ },
    'a negative number of retries': {
      args: ['map', functions, '--retries', '-1'],
      says: /whole number of at least 0/,
    },
    'a chunk of nothing': {
      args: ['map', functions, '--chunk-size', '0'],
      says: /whole number of at least 1/,
    },
    'both kinds of input': { args: ['map', functions, functions, '--input', functions], says: /not both/ },
  };
  for (const [what, { args, says }] of Object.entries(cases)) {
    it(what, async () => {
      const { code, stdout, stderr } = await manyhands(args, { stdin: '' });
      assert.match(stderr, says);
      assert.equal(stdout, '');
      assert.equal(code, 2);
    });
  }
});

describe('manyhands map: interrupted', () => {
  it('takes no more items after Ctrl-C, writes what runs, and ends with 130', async () => {
    const cwd = folder('interrupted');
    const child = start(['map', `${functions}#announceAndWait`, '--jobs', '2'], { cwd });
    const end = ended(child);
    child.stdin?.write(`${cwd}\n${cwd}\n`); // and stdin stays open: more items could come
    await filesIn(cwd, 2);
    child.kill('SIGINT');
    writeFileSync(path.join(cwd, 'release'), '');
    const { code, stdout } = await end;
    assert.deepEqual(
      records(stdout).map(({ result }) => result),
      ['finished', 'finished'],
    );
    assert.equal(code, 130);
  });

  it('ends at once after a second Ctrl-C', async () => {
    const cwd = folder('interrupted-twice');
    const child = start(['map', `${functions}#announceAndWait`, '--jobs', '1'], { cwd, stdin: `${cwd}\n` });
    const said = saidOnStderr(child, /finishing what runs/);
    const end = ended(child);
    await filesIn(cwd, 1);
    child.kill('SIGINT');
    await said;
    child.kill('SIGINT');
    const { code, stdout } = await end;
    assert.equal(stdout, '');
    assert.equal(code, 130);
  });
});

describe('manyhands map: limits of an item', () => {
  it('--timeout stops an item that runs too long, and no other', async () => {
    const args = ['map', `${functions}#foreverOnThree`, '--timeout', '1000', '--jobs', '2', '--ordered'];
    const { code, stdout, stderr } = await manyhands(args, { stdin: '1\n2\n3\n4\n' });
    assert.deepEqual(
      records(stdout).map(({ result }) => result),
      ['1', '2', '4'],
    );
    assert.match(stderr, /failed: 3: TimeoutError/);
    assert.equal(code, 1);
  });

  it('--retries runs a failed item again', async () => {
    const cwd = folder('retries');
    const args = ['map', `${functions}#failTwice`, '--retries', '2'];
    const { code, stdout } = await manyhands(args, { cwd, stdin: `${cwd}/marks\n` });
    assert.deepEqual(
      records(stdout).map(({ result }) => result),
      [3],
    );
    assert.equal(code, 0);
  });

  it('--chunk-size sends many at a time; each item has its own outcome', async () => {
    const lines = Array.from({ length: 103 }, (_, index) => String(index));
    const args = ['map', `${functions}#failOnOdd`, '--chunk-size', '10', '--ordered'];
    const { code, stdout, stderr } = await manyhands(args, { stdin: lines.join('\n') });
    assert.deepEqual(
      records(stdout).map(({ result }) => result),
      lines.map(Number).filter((n) => n % 2 === 0),
    );
    assert.match(stderr, /52 done, 51 failed/);
    assert.equal(code, 1);
  });

  it('--trace writes when each item ran and in which worker', async () => {
    const cwd = folder('trace');
    const args = ['map', `${functions}#failOnOdd`, '--trace', 'trace.json'];
    const { stdout } = await manyhands(args, { cwd, stdin: '0\n1\n2\n' });
    assert.equal(records(stdout).length, 2);
    const events = JSON.parse(readFileSync(path.join(cwd, 'trace.json'), 'utf8')) as Record<
      string,
      unknown
    >[];
    const ran = events.filter(({ ph }) => ph === 'X');
    assert.deepEqual(ran.map(({ args }) => (args as { input: string }).input).sort(), ['0', '2']);
    for (const { ts, dur, tid } of ran) assert.ok(Number(ts) > 0 && Number(dur) >= 0 && Number(tid) > 0);
    assert.equal(events.filter(({ name }) => name === 'failed').length, 1);
  });
});

describe('manyhands map --resume', () => {
  const all = Array.from({ length: 50 }, (_, n) => String(n));
  const args = ['map', `${functions}#upper`, '--out', 'results.ndjson', '--resume'];
  const inputsOf = (cwd: string) =>
    records(readFileSync(path.join(cwd, 'results.ndjson'), 'utf8')).map(({ input }) => input as string);

  it('runs what is not in the results file, and nothing else', async () => {
    const cwd = folder('resume', {
      'results.ndjson': '{"input":"3","result":"before"}\n{"input":"7","result":"before"}\n',
    });
    const { code, stderr } = await manyhands(args, { cwd, stdin: all.join('\n') });
    assert.deepEqual(inputsOf(cwd).sort(), [...all].sort());
    const kept = records(readFileSync(path.join(cwd, 'results.ndjson'), 'utf8')).slice(0, 2);
    assert.deepEqual(
      kept.map(({ result }) => result),
      ['before', 'before'],
    );
    assert.match(stderr, /48 done, 0 failed, 2 before/);
    assert.equal(code, 0);
  });

  it('cuts off a line that was not written to its end, and runs that item again', async () => {
    const cwd = folder('resume-torn', { 'results.ndjson': '{"input":"1","result":"1"}\n{"input":"2","resu' });
    await manyhands(args, { cwd, stdin: '1\n2\n' });
    assert.deepEqual(inputsOf(cwd), ['1', '2']);
  });

  it('counts equal inputs', async () => {
    const cwd = folder('resume-equal', { 'results.ndjson': '{"input":"a","result":"A"}\n' });
    await manyhands(args, { cwd, stdin: 'a\na\na\n' });
    assert.deepEqual(inputsOf(cwd), ['a', 'a', 'a']);
  });

  it('goes on after a run that was killed: every item is there once', async () => {
    const cwd = folder('resume-killed');
    const lines = Array.from({ length: 3000 }, (_, n) => `line ${n}`);
    const child = start(args, { cwd, stdin: lines.join('\n') });
    const end = ended(child);
    const results = path.join(cwd, 'results.ndjson');
    while (!existsSync(results) || readFileSync(results).length < 2000)
      await new Promise((go) => setTimeout(go, 1));
    child.kill('SIGKILL');
    await end;
    const { code } = await manyhands(args, { cwd, stdin: lines.join('\n') });
    assert.equal(code, 0);
    assert.deepEqual(inputsOf(cwd).sort(), [...lines].sort());
  });

  it('runs failed items again', async () => {
    const cwd = folder('resume-failed');
    const failing = [
      'map',
      `${functions}#failTwice`,
      '--out',
      'r.ndjson',
      '--resume',
      '--failed',
      'f.ndjson',
    ];
    const stdin = `${cwd}/marks\n`;
    assert.equal((await manyhands(failing, { cwd, stdin })).code, 1);
    assert.equal((await manyhands(failing, { cwd, stdin })).code, 1);
    assert.equal((await manyhands(failing, { cwd, stdin })).code, 0);
    assert.equal(readFileSync(path.join(cwd, 'f.ndjson'), 'utf8'), '');
  });
});

/** Resolves when the folder holds that many `.running` files. */
async function filesIn(place: string, count: number): Promise<void> {
  const watcher = watch(place);
  try {
    while (readdirSync(place).filter((name) => name.endsWith('.running')).length < count) {
      await once(watcher, 'change');
    }
  } finally {
    watcher.close();
  }
}

function saidOnStderr(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    let text = '';
    child.stderr?.on('data', (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve();
    });
  });
}
