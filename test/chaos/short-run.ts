// A short run of each scenario, as one program of bundled JavaScript: processes that load TypeScript take seconds to start, and
// each kill starts one. `npm run chaos` is the long run of the same program.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Scenario } from './scenarios/scenario.js';
import { shortSize } from './size.js';

const root = path.resolve(import.meta.dirname, '../..');
const cache = path.join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });

export function shortRuns(scenarios: readonly Scenario[]): void {
  const folder = mkdtempSync(path.join(cache, 'manyhands-chaos-test-'));

  before(async () => {
    const { bundleForTesting } = await import(pathToFileURL(path.join(root, 'scripts/build.mjs')).href);
    await bundleForTesting(folder, { 'long-run': 'test/chaos/long-run.ts' });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { name, claim } of scenarios) {
    test(`chaos: ${claim}`, () => {
      const { kills, processes } = shortSize();
      const size = { MANYHANDS_CHAOS_KILLS: `${kills}`, MANYHANDS_CHAOS_PROCESSES: `${processes}` };
      const { status, signal, stdout, stderr } = spawnSync(
        process.execPath,
        [path.join(folder, 'long-run.js'), `=${name}`],
        { encoding: 'utf8', env: { ...process.env, ...size, NODE_TEST_CONTEXT: undefined } },
      );
      console.log(stdout.trimEnd().split('\n').slice(1).join('\n'));
      assert.deepEqual([status, signal], [0, null], `${stdout}\n${stderr}`);
    });
  }
}
