/** A conversation at Node's prompt, a line after the answer to the one before: a worker sees what was typed, as it is by then. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
// @ts-expect-error: a script in plain JavaScript
import * as bundles from '../../scripts/bundles.mjs';
// @ts-expect-error: a script in plain JavaScript, which runs before TypeScript is installed
import * as nodeVersions from '../../scripts/node-versions.mjs';

const { nodeBinary, supportedNodes } = nodeVersions as {
  nodeBinary(major: number): Promise<string>;
  supportedNodes: number[];
};
const { makeBundles } = bundles as { makeBundles(...args: unknown[]): Promise<void> };

const root = path.resolve(import.meta.dirname, '../..');
// Inside the repository: the bundles find their dependencies there.
const folder = path.join('node_modules', '.cache', `manyhands-prompt-${process.pid}`);

/** What is typed, and a part of the answer. */
const conversation: readonly (readonly [line: string, answer: string | RegExp])[] = [
  [`const { Pool, Process, Queue } = require('./${folder}/index.cjs')`, 'undefined'],
  ['const pool = new Pool(1)', 'undefined'],
  ['const go = (fn, ...args) => pool.apply(fn, args)', 'undefined'],
  ['let k = 3', 'undefined'],
  ['const o = { a: 1 }', 'undefined'],
  ['var v = 9', 'undefined'],
  ['w = 10', '10'],
  ['g = (x) => x * w', 'Function'],
  ['function f(x) {', /\.\.\.|\|/],
  ['  return x + k + o.a + v + g(1)', /\.\.\.|\|/],
  ['}', 'undefined'],
  ['class P { constructor(x) { this.x = x } double() { return this.x * k } }', 'undefined'],
  ['const arrow = (x) => [x, k, o.a, v, f(x)]', 'undefined'],
  ['String(await go(arrow, 1))', '1,3,1,9,24'],
  ['await go(() => new P(4).double())', '12'],
  ['const p = await go(() => new P(4))', 'undefined'],
  ['p instanceof P', 'true'],
  ['k = 5', '5'],
  ['String(await go(arrow, 1))', '1,5,1,9,26'],
  ['const { x, ...rest } = { x: 1, y: 2 }', 'undefined'],
  ['String(await go(() => [x, rest.y]))', '1,2'],
  ['const q = await Promise.resolve(7)', 'undefined'],
  ['await go(() => q + k)', '12'],
  ['let unset', 'undefined'],
  ['await go(() => typeof unset)', "'undefined'"],
  ["await go(() => path.join('a', 'b'))", "'a/b'"],
  ['const reader = fs', 'undefined'],
  ["await go(() => reader.existsSync('/') && fs.existsSync('/'))", 'true'],
  ['await go(() => this === globalThis)', 'true'],
  ['for (let i = 4; i < 5; i++) console.log(await go(() => i * 10))', '40'],
  ['const bump = () => { k = k + 1 }', 'undefined'],
  ['await go(() => { bump(); return k })', '6'],
  ['k', '5'],
  ['await go(() => { k++; return k })', /k can't be sent .* reads and changes/],
  ['await go(() => _)', /_ can't be sent .* keep its value in a variable/],
  ['await go(() => module.id)', /module can't be sent .* as an argument/],
  ['function f(x) { return x * 2 }', 'undefined'],
  ['String([await go(f, 4), await go(arrow, 1)])', '8,1,5,1,9,2'],
  ['P = class Q { constructor(x) { this.x = -x } }', 'class Q'],
  ['await go(() => new P(4).x)', '-4'],
  [
    'async function all() { const r = []; for await (const i of (async function* () { yield k })()) r.push(i); return r[0] }',
    'undefined',
  ],
  ['await go(all)', '5'],
  ['const lines = new Proxy({ n: 1 }, { get: () => 2 })', 'undefined'],
  ['await go(() => lines.n)', /lines can't be sent .* Proxy/],
  ['const queue = new Queue()', 'undefined'],
  [
    'const child = new Process({ target: async (to) => { await to.put(k + v) }, args: [queue] })',
    'undefined',
  ],
  ['await child.start(); await queue.get()', '14'],
  ['await child.join(); await (async () => { const inner = 2; return go(() => inner + k) })()', '7'],
  ['await pool.terminate()', 'undefined'],
];

describe('functions typed at the prompt', () => {
  before(async () => {
    mkdirSync(path.join(root, folder), { recursive: true });
    await makeBundles(folder, { index: 'src/index.ts' }, {});
  });
  after(() => rmSync(path.join(root, folder), { recursive: true, force: true }));

  for (const major of supportedNodes) {
    it(`see what was typed before, or are refused (Node ${major})`, async () => {
      const answers = await converse(await nodeBinary(major));
      for (const [at, [line, expected]] of conversation.entries()) {
        const answer = answers[at]!;
        if (typeof expected === 'string') assert.ok(answer.includes(expected), `${line}\n${answer}`);
        else assert.match(answer, expected, line);
      }
    });
  }
});

/** Types the lines, and gives what was printed after each. */
async function converse(node: string): Promise<string[]> {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined, NO_COLOR: '1' };
  const child = spawn(node, ['-i'], { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = conversation.map(([line]) => line);
  const answers: string[] = [];
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (!/(^|\n)((\.\.\.|\|) |> )+$/.test(printed)) return;
    answers.push(printed);
    printed = '';
    const line = lines.shift();
    if (line === undefined) child.stdin.end();
    else child.stdin.write(`${line}\n`);
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, answers.at(-1));
  return answers.slice(1); // the first is the greeting
}
