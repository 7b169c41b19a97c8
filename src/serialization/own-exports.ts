// The library's own exports: they travel by name, so a child finds its own copy of `Queue`, whatever file it is in.
//
//   sender   Process ──► 'manyhands#Process'            receiver   'manyhands#Process' ──► its Process
//   sender   namespace ──► 'manyhands#*'                receiver   'manyhands#*' ──► its namespace

import { InternalError } from '../base/errors.js';

const PREFIX = 'manyhands#';

const nameOfOwn = new WeakMap<object, string>();
const ownByName = new Map<string, unknown>();

/**
 * Says that these are exports of the library; called once by each entry file and by the bootstrap.
 * @param namespace What `import * as` gives: names and values.
 * @param entry The entry they belong to; empty for the main one. Two entries may export the same name.
 */
export function registerOwnExports(namespace: Readonly<Record<string, unknown>>, entry = ''): void {
  const prefix = entry && `${entry}.`;
  register(`${prefix}*`, namespace);
  for (const [name, value] of Object.entries(namespace)) register(prefix + name, value);
}

/** Says that this is something of the library's own that is not public: what a service runs in its process. */
export function registerOwnExport(name: string, value: unknown): void {
  register(name, value);
}

function register(name: string, value: unknown): void {
  if (!ownByName.has(PREFIX + name)) ownByName.set(PREFIX + name, value);
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
    if (!nameOfOwn.has(value)) nameOfOwn.set(value, PREFIX + name);
  }
}

/** The name an own export travels by. */
export function nameOfOwnExport(value: object): string | undefined {
  return nameOfOwn.get(value);
}

export function isOwnExportName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** @throws {InternalError} If nothing of that name was registered in this process. */
export function ownExport(name: string): unknown {
  if (!ownByName.has(name)) throw new InternalError(`${name} is not registered in this process`);
  return ownByName.get(name);
}
