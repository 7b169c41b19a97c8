// Builds a C program of this folder with the machine's `cc` and runs it.  node run.mjs NAME ARGUMENTS…
// Exit code 77, with a sentence, where there is no compiler (or no Linux: the program sleeps in futexes).

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SKIPPED = 77;
const [name, ...rest] = process.argv.slice(2);
const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'manyhands-bench-native-'));
try {
  process.exitCode = run(join(folder, name));
} finally {
  rmSync(folder, { recursive: true });
}

function run(program) {
  if (process.platform !== 'linux') return skip('futexes are Linux');
  const built = spawnSync('cc', ['-O2', '-o', program, source], { encoding: 'utf8' });
  if (built.error) return skip('this machine has no C compiler (cc)');
  if (built.status !== 0) return skip(`cc can not build ${source}: ${built.stderr.trim()}`);
  return spawnSync(program, rest, { stdio: 'inherit' }).status ?? 1;
}

function skip(why) {
  console.error(why);
  return SKIPPED;
}
