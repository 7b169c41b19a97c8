// The explicit form: `task(import.meta.url, 'name')` names an export, and travels by reference whatever the program is.

import { NotShippableError } from '../base/errors.js';
import type { AnyFunction, ReferenceRecipe } from './function-recipe.js';
import { importerOf } from './module-importer.js';

const references = new WeakMap<AnyFunction, ReferenceRecipe>();

/**
 * A stand-in for an exported function, for bundled or minified programs: it travels by reference. Calling it here
 * imports the module and calls the function. `path` may lead into a class: `'Shape.area'`.
 * @throws {TypeError} If the URL is no `file:` URL, or the name empty.
 */
export function task<F extends (...args: never[]) => unknown>(
  url: string,
  path = 'default',
): (...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>> {
  if (!url.startsWith('file:'))
    throw new TypeError(`task() takes the module's file: URL, got ${JSON.stringify(url)}`);
  if (!path) throw new TypeError('task() takes the name of an export');
  const keys = path.split('.');
  const stand = async (...args: Parameters<F>): Promise<Awaited<ReturnType<F>>> => {
    let value = (await importerOf(url)(url)) as unknown;
    for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
    if (typeof value !== 'function') throw new NotShippableError(`${url} exports no function ${path}`);
    return (await (value as (...args: unknown[]) => unknown)(...args)) as Awaited<ReturnType<F>>;
  };
  references.set(stand, { how: 'reference', url, path: keys });
  return stand;
}

export function taskReferenceOf(fn: AnyFunction): ReferenceRecipe | undefined {
  return references.get(fn);
}
