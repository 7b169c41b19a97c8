/** The example programs, run as a reader runs them: what they print, and how they end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const numbers = Array.from({ length: 10 }, (_, i) => i);

/** The lines an example prints; it must end well and print no errors. */
function linesOf(number: string): Promise<string[]> {
  const name = readdirSync(path.join(root, 'examples')).find(
    (file) => file.startsWith(`${number}-`) || file === `${number}.ts`,
  );
  assert.ok(name, `there is no example ${number}`);
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', `examples/${name}`];
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
      if (error) reject(new Error(`examples/${name} failed\n${stdout}\n${stderr}`, { cause: error }));
      else if (stderr) reject(new Error(`examples/${name} wrote to stderr\n${stderr}`));
      else resolve(stdout.trimEnd().split('\n'));
    });
  });
}

/** Says that each of the lines is there and that they come in this order; others may be between them. */
function assertInOrder(lines: string[], ...expected: string[]): void {
  const places = expected.map((line) => lines.indexOf(line));
  assert.ok(!places.includes(-1), `not all of ${expected.join(' | ')} in\n${lines.join('\n')}`);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
    `not in order: ${expected.join(' | ')} in\n${lines.join('\n')}`,
  );
}

describe('examples', () => {
  it('01 runs five processes one after another', async () => {
    const lines = await linesOf('01');
    assert.deepEqual(
      lines,
      [0, 1, 2, 3, 4].map((number) => `hello from process number ${number}`),
    );
  });

  it('02 shows a given name and a default name', async () => {
    const lines = await linesOf('02');
    assert.equal(lines.length, 4);
    assertInOrder(lines, 'foo_process starts', 'foo_process ends');
    assertInOrder(lines, 'Process-2 starts', 'Process-2 ends');
  });

  it('03 waits for the process that is no daemon and ends the daemon', async () => {
    const lines = await linesOf('03');
    assert.equal(lines.length, 4);
    assertInOrder(lines, 'background starts (daemon: true)', 'the script ends', 'foreground ends');
    assertInOrder(lines, 'foreground starts (daemon: false)', 'foreground ends');
  });

  it('04 shows a process before start, running, terminated and joined', async () => {
    const lines = await linesOf('04');
    assert.equal(lines.length, 4);
    assert.equal(lines[0], 'before start: <Process Process-1 initial>, alive: false, exit code: null');
    assert.equal(lines[1], 'running: <Process Process-1 started>, alive: true, exit code: null');
    assert.match(lines[2], /^after terminate: <Process Process-1 (started|stopped SIGTERM)>, alive: /);
    assert.equal(lines[3], 'after join: <Process Process-1 stopped SIGTERM>, alive: false, exit code: -15');
  });

  it('05 runs the run() of a subclass', async () => {
    const lines = await linesOf('05');
    assert.deepEqual(
      lines,
      [1, 2, 3, 4, 5].map((number) => `Greeter-${number} runs`),
    );
  });

  it('06 consumes each of ten items once, in the order they were put', async () => {
    const lines = await linesOf('06');
    const items = (verb: string) =>
      lines.flatMap((line) => new RegExp(` has ${verb} (\\d+)`).exec(line)?.[1] ?? []);
    const put = items('put');
    assert.equal(new Set(put).size, 10);
    assert.deepEqual(items('taken'), put);
    assert.ok(lines.every((line) => !line.includes(' put ') || /; in the queue: \d+$/.test(line)));
    assert.equal(lines.at(-1), 'the queue is empty: true');
    assert.equal(lines.length, 21);
  });

  it('07 prints ten squares and then the end', async () => {
    assert.deepEqual(await linesOf('07'), [...numbers.map((number) => String(number * number)), 'End']);
  });

  it('08 lets two pass the barrier only when both have come', async () => {
    const lines = await linesOf('08');
    const indexOf = (start: string) => {
      const index = lines.findIndex((line) => line.startsWith(start));
      assert.notEqual(index, -1, `no line begins with ${start} in\n${lines.join('\n')}`);
      return index;
    };
    const come = [indexOf('p1 - with barrier comes'), indexOf('p2 - with barrier comes')];
    const passed = [indexOf('p1 - with barrier ---->'), indexOf('p2 - with barrier ---->')];
    assert.ok(Math.max(...come) < Math.min(...passed), lines.join('\n'));
    assert.ok(indexOf('p3 - without barrier ---->') >= 0 && indexOf('p4 - without barrier ---->') >= 0);
    assert.match(lines.at(-2) ?? '', /^with the barrier {4}\d+\.\d ms apart$/);
    assert.match(lines.at(-1) ?? '', /^without the barrier \d+\.\d ms apart$/);
    assert.equal(lines.length, 8);
  });

  it('09 fills a managed dict from ten processes', async () => {
    const lines = await linesOf('09');
    assert.deepEqual(lines.slice(0, 10).sort(), numbers.map((i) => `key ${i}, value ${2 * i}`).sort());
    const results = lines.slice(10).join(' ').replaceAll(/\s+/g, ' ');
    assert.equal(results, `results: Map(10) { ${numbers.map((i) => `${i} => ${2 * i}`).join(', ')} }`);
  });

  it('10 prints a hundred squares in order', async () => {
    const squares = Array.from({ length: 100 }, (_, i) => i * i);
    assert.deepEqual(await linesOf('10'), [`squares: ${squares.join(' ')}`]);
  });

  it('process-group stops the others at the first failure, and collects results', async () => {
    const lines = await linesOf('process-group');
    assert.deepEqual(lines.slice(0, 2).sort(), ['worker 1 works', 'worker 2 works']);
    assert.deepEqual(lines.slice(2), ['1 of 3 failed, with exit code 3', 'squares: 1,4,9']);
  });

  it('supervisor starts again what fails, and stops in reverse order', async () => {
    const lines = await linesOf('supervisor');
    assertInOrder(lines, 'database starts', 'unsteady starts, number 1', 'unsteady starts, number 3');
    assertInOrder(lines, 'unsteady, at last starts', 'unsteady, at last stops', 'database stops');
    assert.equal(lines.at(-1), 'the unsteady one was started 3 times');
  });
});
