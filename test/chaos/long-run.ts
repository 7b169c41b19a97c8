// The chaos program, started by scripts/chaos.mjs and by the tests, which bundle it with the library as `manyhands/testing` has it.
// Arguments are parts of scenario names, or `=` and a whole one; all without any. Exit code 1 if a scenario fails.

import { queueScenarios, syncScenarios } from './scenarios/all.js';
import { poolScenarios } from './scenarios/pools.js';
import { startScenarios } from './scenarios/starts.js';
import { longSize, reportLine } from './size.js';

const wanted = process.argv.slice(2).map((part) => part.toLowerCase());
const size = longSize();
const chosen = [...syncScenarios, ...queueScenarios, ...poolScenarios, ...startScenarios].filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => isCalled(name.toLowerCase(), part)),
);
if (chosen.length === 0) {
  console.error('no scenario is called so');
  process.exitCode = 2;
}
console.log(
  `chaos: ${size.kills} kills over ${size.processes} processes for each of ${chosen.length} scenarios`,
);
for (const { name, run } of chosen) {
  const started = performance.now();
  try {
    const report = await run(size);
    console.log(`${reportLine(name, report)}; ${((performance.now() - started) / 1000).toFixed(0)} s`);
  } catch (error) {
    console.log(`${name}: FAILED: ${(error as Error).stack}`);
    process.exitCode = 1;
  }
}

function isCalled(name: string, part: string): boolean {
  return part.startsWith('=') ? name === part.slice(1) : name.includes(part);
}
