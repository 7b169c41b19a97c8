// Types, lint and format, layer rules, source rules: everything about the source that needs no run of it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bin, capture, root } from './run-command.mjs';
import { setup } from './setup.mjs';
import { brokenSourceRules } from './source-rules.mjs';

/** @returns {Promise<boolean>} whether every check passed */
export async function check() {
  const results = await Promise.all([
    step('types', process.execPath, [bin('tsc'), '--noEmit', '-p', 'tsconfig.json']),
    step('lint and format', bin('biome'), ['check', '--error-on-warnings', '--colors=off', '.']),
    step('layers', process.execPath, [bin('depcruise'), '--config', '.dependency-cruiser.cjs', 'src']),
  ]);
  const broken = brokenSourceRules();
  report('source rules', broken.length === 0, broken.join('\n'));
  return results.every(Boolean) && broken.length === 0;
}

async function step(name, command, args) {
  if (name === 'layers' && !existsSync(path.join(root, 'src'))) return true;
  const { code, output } = await capture(command, args);
  report(name, code === 0, output);
  return code === 0;
}

function report(name, passed, output) {
  console.log(`check ${name}: ${passed ? 'ok' : 'FAILED'}`);
  if (!passed) console.log(output.trimEnd());
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await setup();
  process.exitCode = (await check()) ? 0 : 1;
}
