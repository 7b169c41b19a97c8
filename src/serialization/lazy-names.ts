// Names that captured code looks up on first use: constants whose initializer runs here, and imports that may change.

import type { ShippedCode } from './captured-code.js';
import type { AnyFunction } from './function-recipe.js';
import { importedModule } from './module-importer.js';

/** Results of initializers by the content hash of their code: a module's constant is made once per process. */
const replayed = new Map<string, unknown>();
const hashes = new WeakMap<AnyFunction, string>();

export function rememberHash(fn: AnyFunction, hash: string): void {
  hashes.set(fn, hash);
}

/** @param captured Called when a name is used: in a cycle the values come after the function. */
export function lazyNames(code: ShippedCode, captured: () => readonly unknown[]): object {
  const names = {};
  initializers.set(names, (name) => captured()[code.lazy.find((lazy) => lazy.name === name)?.index ?? -1]);
  for (const { name, index, import: imported } of code.lazy) {
    const get =
      index === undefined ? importGetter(code, imported!) : () => replay(captured()[index] as () => unknown);
    Object.defineProperty(names, name, { get, enumerable: true });
  }
  return names;
}

const initializers = new WeakMap<object, (name: string) => unknown>();

/** The initializer of a name, to be sent on. */
export function initializerOf(lazy: object, name: string): unknown {
  return initializers.get(lazy)?.(name);
}

function importGetter({ imports, modules }: ShippedCode, at: number): () => unknown {
  const { module, name } = imports[at];
  const namespace = importedModule(modules[module]) as Record<string, unknown>;
  return () => namespace[name];
}

function replay(initializer: () => unknown): unknown {
  const hash = hashes.get(initializer) ?? '';
  if (!replayed.has(hash)) replayed.set(hash, initializer());
  return replayed.get(hash);
}
