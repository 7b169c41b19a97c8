// The suites of test/process that processes pass, however they are started. They are run once more for each start method, bundled: what
// takes time in them is the start of processes.
//
//   test/process/thread-process.test.ts ─ runSuites('thread', …) ─► bundle ─► the same tests, with that method as the default

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StartMethod } from '../../src/index.js';
import { bundle } from './bundle.js';

/** In two halves, because a file has a time limit. */
export const processSuites = ['process', 'child', 'subclass', 'stop', 'process-tree'] as const;
export const programSuites = ['spawn-launcher', 'exit-rules', 'orphans'] as const;

const fixtures = 'test/fixtures/process';

/** Makes the tests of these suites tests of the file that calls this. */
export async function runSuites(method: StartMethod, suites: readonly string[]): Promise<void> {
  const programs = readdirSync(fixtures).filter((name) => name.endsWith('.ts'));
  const folder = await bundle({
    'start-method': 'test/support/start-method.ts',
    ...Object.fromEntries(suites.map((suite) => [`${suite}.test`, `test/process/${suite}.test.ts`])),
    ...Object.fromEntries(programs.map((name) => [name.replace('.ts', ''), `${fixtures}/${name}`])),
  });
  process.env['MANYHANDS_TEST_START_METHOD'] = method;
  process.env['MANYHANDS_TEST_BUNDLE'] = folder;
  process.execArgv.length = 0; // children need no TypeScript
  process.setSourceMapsEnabled(true);
  // The bundler does not keep the order between chunks: the library first, which knows the start methods.
  for (const name of ['testing', 'start-method', ...suites.map((suite) => `${suite}.test`)])
    await import(pathToFileURL(path.join(folder, `${name}.js`)).href);
}
