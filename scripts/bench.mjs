// `npm run bench`: builds and runs the benchmarks. Arguments are handed on (parts of scenario names).
import { build } from './build.mjs';
import { run } from './run-command.mjs';
import { setup } from './setup.mjs';

await setup();
await build();
process.exitCode = await run(process.execPath, [
  '--import',
  'tsx',
  'bench/main.ts',
  ...process.argv.slice(2),
]);
