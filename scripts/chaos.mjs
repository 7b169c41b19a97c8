// `npm run chaos [part of a scenario's name…]`: the long chaos run, for each primitive.
// MANYHANDS_CHAOS_KILLS (2000), MANYHANDS_CHAOS_PROCESSES (8), MANYHANDS_CHAOS_SEED (a new one for each scenario).
import { rmSync } from 'node:fs';
import path from 'node:path';
import { bundleForTesting } from './build.mjs';
import { root, run } from './run-command.mjs';
import { setup } from './setup.mjs';

await setup();
// A copy of its own of what is built as `manyhands/testing`: a build meanwhile does not take it away.
const folder = path.join('node_modules', '.cache', `manyhands-chaos-${process.pid}`);
try {
  await bundleForTesting(folder, { 'long-run': 'test/chaos/long-run.ts' });
  const program = path.join(root, folder, 'long-run.js');
  process.exitCode = await run(process.execPath, [program, ...process.argv.slice(2)]);
} finally {
  rmSync(path.join(root, folder), { recursive: true, force: true });
}
