// Finds the function that MODULE[#EXPORT] names. It is an export of an importable module that is not the entry
// script, so it travels to the workers by reference: each of them imports the module itself.
import { existsSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './usage-error.js';

export type ItemFunction = (input: unknown) => unknown;

/** @throws {UsageError} If the module can't be loaded or has no such function. */
export async function loadFunction(reference: string): Promise<ItemFunction> {
  const { module, exportName } = splitReference(reference);
  const exports = await importModule(module);
  const found = exports[exportName];
  if (typeof found === 'function') return found as ItemFunction;
  const functions = Object.keys(exports).filter((name) => typeof exports[name] === 'function');
  throw new UsageError(
    `${module} has no function ${exportName === 'default' ? 'as its default export' : `named '${exportName}'`}` +
      (exportName in exports ? ` (it is of type ${typeof found})` : '') +
      (functions.length > 0
        ? `; its functions: ${functions.join(', ')} (write ${module}#NAME)`
        : '; it exports no functions'),
  );
}

function splitReference(reference: string): { module: string; exportName: string } {
  const hash = reference.lastIndexOf('#');
  // A file whose name contains a '#' is that file.
  if (hash <= 0 || existsSync(reference)) return { module: reference, exportName: 'default' };
  return { module: reference.slice(0, hash), exportName: reference.slice(hash + 1) || 'default' };
}

async function importModule(module: string): Promise<Record<string, unknown>> {
  const url = resolveModule(module);
  try {
    return await import(url);
  } catch (error) {
    throw new UsageError(`can't load ${module}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function resolveModule(module: string): string {
  if (isBuiltin(module) || module.startsWith('file:')) return module;
  if (existsSync(module)) return pathToFileURL(module).href;
  if (module.startsWith('.') || path.isAbsolute(module)) throw new UsageError(`no such module: ${module}`);
  try {
    return pathToFileURL(createRequire(path.resolve('package.json')).resolve(module)).href;
  } catch {
    throw new UsageError(`no such module: ${module} is neither a file nor an installed package`);
  }
}
