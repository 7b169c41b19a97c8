// Loads the library from the bundles of the published package, and is where its children begin. Built as dist/bootstrap.cjs:
// as an ES module it would cost each child 5 ms more, and could not be given compiled code.
//
//   index.js, futures.js, …  ─┐
//   a child of the library   ─┴─► bootstrap.cjs ─┬─► core-<hash>.cjs      what every child needs
//                                                └─► library-<hash>.cjs   the rest; in a child when something of it is named
//
// A child finds both compiled in the session's directory (process/compiled-code.ts). scripts/bundles.mjs makes the bundles:
// each is a function of a module, of `require` and of what is its own here.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { beginChild } from './process/begin-child.js';
import type { CodeEnding, LoadedBundle, offerCompiledCode } from './process/compiled-code.js';

/** Exports of source files by their path. */
type Parts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Core {
  readonly parts: () => Parts;
  readonly beginChild: typeof beginChild;
  readonly offerCompiledCode: typeof offerCompiledCode;
}

interface Library {
  readonly parts: () => Parts;
}

interface Own {
  /** Its `import.meta.url`. */
  readonly url: string;
  /** The exports of a source file that is in the core. */
  partOf(path: string): Readonly<Record<string, unknown>> | undefined;
}

// Put in by the build: names of the files, with a hash of their content.
type BundleFunction = (module: object, require: (name: string) => unknown, own: Own) => void;

// biome-ignore lint/security/noGlobalEval: it is the way to a function with the globals of the caller
const indirectEval = eval;

declare const CORE_FILE: string;
declare const LIBRARY_FILE: string;

const sessionDirectory = directoryOf(process.env['MANYHANDS_CHILD']);
const loaded: LoadedBundle[] = [];
const required: Record<string, unknown> = {};
let library: Library | undefined;
let coreParts: Parts | undefined;

const core = load<Core>(CORE_FILE);
core.offerCompiledCode(loaded);
if (require.main === module) begin();

/** Begins the life of a child, where this is not the main script: in a thread for which a compiler had to be set up first. */
export function begin(): void {
  core.beginChild(async () => loadLibrary());
}

/** For the entries: the exports of a source file. */
export function partOf(path: string): Readonly<Record<string, unknown>> | undefined {
  return corePart(path) ?? loadLibrary().parts()[path];
}

function corePart(path: string): Readonly<Record<string, unknown>> | undefined {
  coreParts ??= core.parts();
  return coreParts[path];
}

function loadLibrary(): Library {
  library ??= load<Library>(LIBRARY_FILE);
  return library;
}

function load<Exports>(name: string): Exports {
  const filename = `${__dirname}/${name}`;
  const { ending, cachedData } = compiledCode(name);
  // The bundles are plain ASCII: read so, the text is not converted.
  const text = readFileSync(filename, 'latin1');
  const script = new Script(text, { filename, cachedData });
  loaded.push({
    name,
    given: script.cachedDataRejected ? undefined : ending,
    compiled: () => script.createCachedData(),
  });
  const bundle = { exports: {} as Exports };
  const own: Own = {
    get url() {
      return pathToFileURL(filename).href;
    },
    partOf: corePart,
  };
  const fill = script.runInThisContext() as BundleFunction;
  // Under jest a test has globals of its own, `Object` and `Error` among them: the library must have the same ones.
  const isForeign = !(fill instanceof Function);
  const fillHere = isForeign ? (indirectEval(`${text}\n//# sourceURL=${filename}`) as BundleFunction) : fill;
  fillHere(bundle, requireOnce, own);
  return bundle.exports;
}

/** A bundle requires the same modules of Node in each of its files, and `require` looks long for each. */
function requireOnce(name: string): unknown {
  return (required[name] ??= require(name));
}

/** What other processes of the session have compiled, if there is such (process/compiled-code.ts). */
function compiledCode(name: string): { ending?: CodeEnding; cachedData?: Buffer } {
  if (sessionDirectory === undefined) return {};
  for (const ending of ['used', 'code'] as const) {
    try {
      return { ending, cachedData: readFileSync(`${sessionDirectory}/${name}.${ending}`) };
    } catch {
      // Not there.
    }
  }
  return {};
}

/** The first part of a child's ticket (process/launcher.ts). The core takes the ticket itself. */
function directoryOf(ticket: string | undefined): string | undefined {
  try {
    return ticket === undefined ? undefined : (JSON.parse(ticket) as [string])[0];
  } catch {
    return undefined;
  }
}
