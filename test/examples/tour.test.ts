/** The tour of README.md: the page shows the program that is in examples/, and the program prints what the page says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('The tour', () => {
  it('is the same in README.md and in examples/tour.ts', () => {
    const shown = /```ts\n([\s\S]*?)\n```/.exec(read('README.md'))?.[1];
    const [, ...program] = read('examples/tour.ts').trimEnd().split('\n');
    assert.equal(shown, program.join('\n').replace("'../src/index.js'", "'manyhands'"));
  });

  it('prints what README.md says', async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'examples/tour.ts'], { cwd: root });
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(lines.slice(0, 4), ['[ 3, 6, 9 ]', 'done 18', '42', '1']);
    assert.match(
      lines[4],
      /^worker PoolWorker-\d \(pid \d+\) died while it ran die\[1\]: killed by SIGKILL$/,
    );
    assert.deepEqual(lines.slice(5), ['3']);
  });
});
