// `npm run test:matrix`: runs the tests on every supported line of Node. Arguments are filters, as in test.mjs.
import { build } from './build.mjs';
import { nodeBinary, supportedNodes } from './node-versions.mjs';
import { run } from './run-command.mjs';
import { setup } from './setup.mjs';

await setup();
await build();
const filters = process.argv.slice(2);
const verdicts = [];
for (const major of supportedNodes) {
  const binary = await nodeBinary(major);
  console.log(`\n════ Node ${major} (${binary})`);
  // test/package goes through all versions by itself: once, from `npm test`, is enough.
  const code = await run(binary, ['scripts/test.mjs', '--exclude=test/package/', ...filters]);
  verdicts.push(`Node ${major}: ${code === 0 ? 'ok' : 'FAILED'}`);
  if (code !== 0) process.exitCode = 1;
}
console.log(`\n${verdicts.join('\n')}`);
