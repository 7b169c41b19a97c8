// `npm test`: everything a change must pass. Installs what is missing, checks, builds, runs the tests.
import { build } from './build.mjs';
import { check } from './check.mjs';
import { setup } from './setup.mjs';
import { runTests } from './test.mjs';

await setup();
const sourceIsClean = await check();
const built = await build();
const { failed } = await runTests(process.argv.slice(2));
if (!sourceIsClean) console.error('The source checks above failed: npm run check');
if (!built) console.error('The build failed: npm run build');
process.exitCode = sourceIsClean && built && failed === 0 ? 0 : 1;
