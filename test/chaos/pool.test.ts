// Workers of a pool, and processes that have one, are killed and paused at random and at every step of the protocol.
// A short run of each scenario; `npm run chaos -- pool` is the long one.

import { test } from 'node:test';
import { poolScenarios } from './scenarios/pools.js';
import { reportLine, shortSize } from './size.js';

for (const { name, claim, run } of poolScenarios) {
  test(`chaos: ${claim}`, async () => console.log(reportLine(name, await run(shortSize()))));
}
