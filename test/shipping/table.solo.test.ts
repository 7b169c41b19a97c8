/** The table of what travels, in each form that a program has and on each line of Node: equal to the local result, or refused at the call. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
// @ts-expect-error: a script in plain JavaScript, which runs before TypeScript is installed
import * as nodeVersions from '../../scripts/node-versions.mjs';
import { makeProject, project, removeProject, scripts } from './table-project.js';

const { nodeBinary, supportedNodes } = nodeVersions as {
  nodeBinary(major: number): Promise<string>;
  supportedNodes: number[];
};

interface Answer {
  readonly name: string;
  readonly outcome: string;
}

interface Form {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Whether the input goes on after that, as at a prompt. */
  readonly isTyped?: boolean;
  /** What this form alone can't send, and says so. */
  readonly refuses?: readonly string[];
  /** Cases that are wrong there also without another process. */
  readonly lacks?: readonly string[];
  /** The least line of Node it is there on. */
  readonly from?: number;
  /** Run on every line of Node by `npm test`; others only on the one that runs the tests, unless MANYHANDS_TEST_ALL_FORMS is set. */
  readonly everywhere?: boolean;
}

const tsx = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];

/** Where the engine can't show the frame of a class. */
const framesOfClasses = [
  'arrowThisInMethod',
  'arrowThisAfterAwait',
  'arrowThisLocal',
  'arrowThisInArrow',
  'arrowThisNested',
  'poisonOfThis',
];

/** At a prompt nothing says how a variable of another line was made, and in a function it is not known to be made once. */
const madeAnew = ['proxy', 'promise', 'weakMap', 'intl'];

const forms: Readonly<Record<string, Form>> = {
  'an ES module': { args: ['table.mjs'], everywhere: true },
  'a CommonJS script': { args: ['table.cjs'], everywhere: true },
  'TypeScript by type stripping': { args: ['table.mts'], from: 22, everywhere: true },
  'a CommonJS script with octal numbers': { args: ['table-octal.cjs'], refuses: framesOfClasses },
  'TypeScript by tsx': { args: [...tsx, 'table-tsx.mts'] },
  'TypeScript by tsx as CommonJS': { args: [...tsx, 'table-tsx.cts'] },
  'TypeScript by tsx with experimentalDecorators': {
    args: [...tsx, 'table-legacy.mts'],
    env: { TSX_TSCONFIG_PATH: path.join(project, 'legacy.json') },
  },
  'TypeScript compiled by tsc to CommonJS': { args: ['table-compiled.cjs'] },
  'an ES module bundled by esbuild': { args: ['table-bundled.mjs'] },
  'an ES module bundled and minified by esbuild': { args: ['table-minified.mjs'] },
  'TypeScript bundled and minified by esbuild to CommonJS': { args: ['table-bundled.cjs'] },
  'TypeScript bundled by esbuild to one function': { args: ['table-function.cjs'], refuses: madeAnew },
  'a module that is not the program': { args: ['main-module.mjs'] },
  'a package in node_modules': { args: ['main-package.mjs'] },
  'a CommonJS package in node_modules': { args: ['main-package.cjs'] },
  'a worker thread': { args: ['main-thread.mjs'] },
  'a worker thread given as text': { args: ['main-text.cjs'] },
  'a child process': { args: ['main-child.mjs'] },
  'a test of node --test': { args: ['--test', 'table.test.mjs'] },
  'node -e': { args: ['-e', scripts.commonJs] },
  'node -e as a module': { args: ['--input-type=module', '-e', scripts.esModule] },
  'standard input': { args: ['-'], input: scripts.commonJs },
  'the prompt, statement by statement': {
    args: ['-i'],
    input: scripts.typed,
    isTyped: true,
    refuses: madeAnew,
    lacks: ['places'],
    everywhere: true,
  },
};

const own = Number(process.versions.node.split('.')[0]);
const all = process.env['MANYHANDS_TEST_ALL_FORMS'] !== undefined;

describe('the shipping table', { concurrency: 2 }, () => {
  before(makeProject);
  after(removeProject);
  for (const major of supportedNodes) {
    for (const [title, form] of Object.entries(forms)) {
      if (major < (form.from ?? 0)) continue;
      if (!form.everywhere && major !== own && !all) continue;
      it(`is right on Node ${major} from ${title}`, async () => check(await run(major, title, form), form));
    }
  }
});

/** Runs the program of a form to its end, and gives what it says of each case. */
async function run(major: number, title: string, { args, env, input, isTyped }: Form): Promise<Answer[]> {
  const file = path.join(project, `answers ${major} ${title}`);
  const child = spawn(await nodeBinary(major), args, {
    cwd: project,
    env: { ...process.env, ...env, TABLE_ANSWERS: file, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  if (isTyped) child.stdin.write(input ?? '');
  else child.stdin.end(input);
  const [code] = await once(child, 'close');
  assert.ok(existsSync(file), `it ended with ${code}, and gave no answers:\n${output}`);
  assert.equal(code, 0, output);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Answer);
}

function check(answers: readonly Answer[], { refuses = [], lacks = [] }: Form): void {
  const bad = answers.filter(({ name, outcome }) => {
    if (lacks.includes(name)) return false;
    const wanted = refuses.includes(name)
      ? 'refused'
      : name.startsWith('refused: ')
        ? 'refused as it should be'
        : 'equal';
    return outcome !== wanted;
  });
  assert.ok(answers.length > 150, `only ${answers.length} cases`);
  assert.deepEqual(bad, []);
}
