// Modules that a process of the stock imports before it waits: in the parent the list, in the process the imports.

import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { getEntryUrl } from '../serialization/entry-url.js';
import { importerOf } from '../serialization/module-importer.js';

let modules: readonly string[] = [];

/** What processes of the stock import. */
export function preloadedModules(): readonly string[] {
  return modules;
}

/**
 * @param specifiers As in an `import` of the entry script: URLs, paths, names of packages.
 * @throws {TypeError} If it is no array of strings and URLs.
 */
export function setPreloadedModules(specifiers: readonly (string | URL)[]): void {
  if (!Array.isArray(specifiers))
    throw new TypeError('setPreload takes an array of module names, paths and URLs');
  for (const specifier of specifiers as readonly unknown[]) {
    if (typeof specifier !== 'string' && !(specifier instanceof URL))
      throw new TypeError(
        `setPreload: a module is given by its name, path or URL, got ${specifier === null ? 'null' : typeof specifier}`,
      );
    if (specifier === '') throw new TypeError('setPreload: the name of a module is empty');
  }
  modules = specifiers.map(String);
}

/**
 * Imports them, one after the other.
 * @returns What could not be imported, and why: one text for each.
 */
export async function importModules(specifiers: readonly string[]): Promise<string[]> {
  const complaints: string[] = [];
  if (specifiers.length === 0) return complaints;
  const importModule = importerOf(getEntryUrl() || pathToFileURL(`${process.cwd()}/[eval]`).href);
  for (const specifier of specifiers) {
    try {
      await importModule(specifier);
    } catch (error) {
      complaints.push(`the module ${specifier} could not be preloaded: ${inspect(error)}`);
    }
  }
  return complaints;
}
