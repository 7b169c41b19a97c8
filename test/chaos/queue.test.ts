// Writers and readers of one queue are killed and paused at random and at every step of its protocol.
// A short run of each scenario; `npm run chaos` is the long one.

import { test } from 'node:test';
import { queueScenarios } from './scenarios/all.js';
import { reportLine, shortSize } from './size.js';

for (const { name, claim, run } of queueScenarios) {
  test(`chaos: ${claim}`, async () => console.log(reportLine(name, await run(shortSize()))));
}
