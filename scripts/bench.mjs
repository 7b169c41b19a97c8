// `npm run bench`: builds and runs the benchmarks. Arguments are handed on (parts of scenario names).
import { existsSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { root, run } from './run-command.mjs';
import { setup } from './setup.mjs';

await setup();
await build();
await installPoolPeers();
process.exitCode = await run(process.execPath, [
  '--import',
  'tsx',
  'bench/main.ts',
  ...process.argv.slice(2),
]);

/** The pools that ours is compared with: installed beside the benchmarks, since nothing else needs them. */
async function installPoolPeers() {
  const folder = path.join(root, 'bench/pool-peers');
  if (existsSync(path.join(folder, 'node_modules'))) return;
  const code = await run('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts']);
  if (code !== 0) console.error('bench: other pools could not be installed; they are skipped');
}
