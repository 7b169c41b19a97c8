// `npm run bench [part of a name…] [--repeat N]`: each scenario alone, ours and its peers in turn, medians of the repeats.

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { allScenarios } from './support/all-scenarios.js';
import { describeMachine } from './support/machine.js';
import { measure, type Outcome } from './support/measure.js';
import { heading, linesOf, tally } from './support/table.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repeat: { type: 'string', default: '5' } },
});
const repeats = Number(values.repeat);
if (!Number.isInteger(repeats) || repeats < 1)
  throw new RangeError(`--repeat takes a whole number from 1 up, got ${values.repeat}`);
const wanted = allScenarios.filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);
if (wanted.length === 0) {
  console.log(`no scenario is called so; there are: ${allScenarios.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const machine = describeMachine();
console.log(
  `${machine.cores} cores (${machine.cpu}), load average ${machine.load.toFixed(1)}, Node ${machine.node}, Python ${machine.python}; median of ${repeats}`,
);
if (machine.load > machine.cores / 2) console.log('The machine is busy: these figures are not worth much.');
console.log(`\n${heading()}`);

const started = performance.now();
const outcomes: Outcome[] = [];
for (const scenario of wanted) {
  const outcome = await measure(scenario, repeats);
  outcomes.push(outcome);
  for (const line of linesOf(outcome)) console.log(line);
  for (const failure of new Set(outcome.failures)) console.log(failure.replace(/^/gm, '    '));
}

const { demanded, missed } = tally(outcomes);
console.log(
  `\n${missed.length} of ${demanded} figures not reached, after ${Math.round((performance.now() - started) / 1000)} s`,
);
for (const text of missed) console.log(`  ${text}`);

const file = new URL('results/latest.json', import.meta.url);
mkdirSync(new URL('.', file), { recursive: true });
const record = { at: new Date().toISOString(), machine, repeats, outcomes, demanded, missed };
writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
console.log(`written to ${fileURLToPath(file)}`);
