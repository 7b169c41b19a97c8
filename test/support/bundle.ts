// Programs and suites of tests as plain JavaScript, with the library in it: a process that loads TypeScript takes ten times as long
// to start, and what is tested this way starts many.
//
//   .cache/bundle-<random>/  <name>.js for each entry, the library in chunks beside them, bootstrap.js where children begin

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Bundles these files, each as an entry of its own.
 * @param entries Names without extension, and paths from the root of the repository.
 * @returns The folder, two levels below the root as the folders of tests are. It is removed when this process exits.
 */
export async function bundle(entries: Readonly<Record<string, string>>): Promise<string> {
  mkdirSync(path.join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(path.join(root, '.cache/bundle-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { bundleForTesting } = await import(pathToFileURL(path.join(root, 'scripts/build.mjs')).href);
  // As it is written: stacks show the names of functions.
  await bundleForTesting(path.relative(root, folder), entries, { minifySyntax: false });
  return folder;
}
