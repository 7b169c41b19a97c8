// Importing as if from another file: the dynamic import, `require` and `import.meta` of the place the code comes from.

import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SerializationError } from '../base/errors.js';
import { nodeModule } from '../base/late-builtins.js';
import { readRequest } from './captured-code.js';

export type DynamicImport = (specifier: unknown, options?: object) => Promise<object>;

interface CompiledModule {
  exports: { dynamicImport?: DynamicImport };
  filename: string;
  paths: readonly string[];
  _compile(source: string, filename: string): void;
}

interface ModuleConstructor {
  new (id: string): CompiledModule;
  _nodeModulePaths(directory: string): readonly string[];
}

const importers = new Map<string, DynamicImport>();
const namespaces = new Map<string, object>();

/**
 * `import()` with the given file as its parent. A CommonJS module compiled under that file's name has one, on every
 * version of Node and with the user's loader hooks, and without a warning.
 */
export function importerOf(base: string): DynamicImport {
  let importer = importers.get(base);
  if (!importer) {
    const file = fileOf(base);
    const Module = nodeModule() as unknown as ModuleConstructor;
    const module = new Module(file);
    module.filename = file;
    module.paths = Module._nodeModulePaths(dirname(file));
    module._compile(
      'exports.dynamicImport = (specifier, options) => import(specifier, options);',
      `${file}.cjs`,
    );
    importer = module.exports.dynamicImport!;
    importers.set(base, importer);
  }
  return importer;
}

/**
 * Imports what a request names, once per process.
 * @throws {SerializationError} If there is no such module, or it throws: its error is the cause.
 */
export async function importRequest(request: string): Promise<void> {
  if (namespaces.has(request)) return;
  const { specifier, base, attributes } = readRequest(request);
  const options = attributes && { with: attributes };
  const from = base || pathToFileURL(`${process.cwd()}/`).href;
  try {
    namespaces.set(request, copyOfTest(specifier, from) ?? (await importerOf(from)(specifier, options)));
  } catch (cause) {
    throw cannotLoad(specifier, cause);
  }
}

/**
 * Jest has a copy of each module for each test, and no import but the test's own leads there: an ES module is taken from
 * what the test has loaded. Undefined where nothing is in the way.
 */
function copyOfTest(specifier: string, base: string): object | undefined {
  if (!hasForeignGlobals() || process.getBuiltinModule(specifier) !== undefined) return undefined;
  const known = loadedByTest(specifier, base);
  if (!known) throw new Error('the test itself has not loaded it, and jest would give it another copy');
  return isNamespace(known.exports) ? known.exports : undefined;
}

function loadedByTest(specifier: string, base: string): { readonly exports: unknown } | undefined {
  const require = requireOf(base);
  const isUrl = /^(\.{1,2}\/|\/|file:)/.test(specifier);
  // A CommonJS specifier may go without its extension.
  const path = isUrl ? fileURLToPath(new URL(specifier, base)) : specifier;
  return require.cache[require.resolve(path)];
}

/**
 * Whether what a test got for a specifier is that module, and no mock of it. Elsewhere than under jest it is.
 * @param given What `require` gave, if that is known.
 */
export function isUnmocked(specifier: string, base: string, given?: unknown): boolean {
  if (!hasForeignGlobals()) return true;
  const builtin: unknown = process.getBuiltinModule(specifier);
  try {
    const real = builtin ?? loadedByTest(specifier, base)?.exports;
    return real !== undefined && (given === undefined || given === real);
  } catch {
    return false;
  }
}

function hasForeignGlobals(): boolean {
  return !((pathToFileURL as unknown) instanceof Function);
}

function isNamespace(loaded: unknown): loaded is object {
  return Object.prototype.toString.call(loaded) === '[object Module]';
}

/** The module's namespace; where nobody has prepared it, it is loaded synchronously. */
export function importedModule(request: string): object {
  const known = namespaces.get(request);
  if (known) return known;
  const { specifier, base } = readRequest(request);
  try {
    const loaded: unknown =
      copyOfTest(specifier, base || specifier) ??
      requireOf(base || specifier)(specifier.startsWith('file:') ? fileURLToPath(specifier) : specifier);
    const namespace = asNamespace(loaded);
    namespaces.set(request, namespace);
    return namespace;
  } catch (cause) {
    throw cannotLoad(specifier, cause);
  }
}

function cannotLoad(specifier: string, cause: unknown): SerializationError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SerializationError(`the module ${specifier} can't be loaded here: ${why}`, { cause });
}

export function requireOf(base: string): NodeJS.Require {
  return nodeModule().createRequire(base.startsWith('file:') ? base : pathToFileURL(`${process.cwd()}/`));
}

/** The `import.meta` of a file. */
export function importMetaOf(base: string): object {
  const file = fileOf(base);
  return Object.assign(Object.create(null) as object, {
    dirname: dirname(file),
    filename: file,
    main: false,
    url: base,
    resolve: (specifier: string) => resolveFrom(base, specifier),
  });
}

function resolveFrom(base: string, specifier: string): string {
  if (/^(\.{0,2}\/|[a-z][a-z0-9+.-]+:)/i.test(specifier)) return new URL(specifier, base).href;
  if (specifier.startsWith('#') || !requireOf(base).resolve.paths(specifier)) return `node:${specifier}`;
  return pathToFileURL(requireOf(base).resolve(specifier)).href;
}

function asNamespace(loaded: unknown): object {
  if (isNamespace(loaded)) return loaded;
  const members = typeof loaded === 'object' || typeof loaded === 'function' ? loaded : {};
  return { ...members, default: loaded };
}

function fileOf(base: string): string {
  return base.startsWith('file:') ? fileURLToPath(base) : `${process.cwd()}/[eval]`;
}
