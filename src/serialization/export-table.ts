// Whether a function is an export of the module it stands in, and by which path it is reached from there.
//
// The module is never imported to find out: that would deadlock while it is still in top-level await. The names in its
// text are compared with the live values of its scope; for CommonJS the module cache has the exports themselves.

import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isEntryUrl } from './entry-url.js';
import type { AnyFunction } from './function-recipe.js';
import type { FunctionFacts } from './inspector-session.js';
import type { Scope } from './script-names.js';
import type { ScriptText } from './script-text.js';
import { valueIn } from './unset-variables.js';

/** First step of a path into a CommonJS module: its `module.exports`. */
export const COMMONJS = 'module.exports';

interface DirectExport {
  readonly type: string;
  readonly name: string;
  readonly localName?: string;
  readonly end: number;
}

interface Lexer {
  parse(source: string): readonly [imports: unknown, exports: readonly DirectExport[]];
}

interface CachedModule {
  readonly exports: unknown;
  readonly loaded: boolean;
}

const nodeRequire = createRequire(import.meta.url);
let lexer: Lexer | undefined;
const tables = new WeakMap<ScriptText, readonly DirectExport[]>();

/** The path from the module's namespace to the function; undefined if it is not exported. */
export function exportPath(fn: AnyFunction, script: ScriptText, facts: FunctionFacts): string[] | undefined {
  if (!script.isImportable) return undefined;
  if (script.facts.isModule) return pathInModule(fn, script, facts);
  return pathInCommonJs(fn, script.facts.url);
}

function pathInModule(fn: AnyFunction, script: ScriptText, facts: FunctionFacts): string[] | undefined {
  const live = facts.scopes.find(({ type }) => type === 'Module')?.variables;
  let members: string[] | undefined;
  for (const entry of exportsOf(script)) {
    if (entry.localName === undefined) {
      if (entry.name === 'default' && isDefaultExpression(fn, script, entry)) return ['default'];
      continue;
    }
    const value = live && valueIn(live, entry.localName);
    if (value === fn) return isStable(script, entry.localName) ? [entry.name] : undefined;
    members ??= pathInValue(fn, value, [entry.name]);
  }
  return members && isMadeOnce(fn, script, facts) ? members : undefined;
}

/** Whether the function is made as the module is evaluated, and not by a call afterwards. */
function isMadeOnce(fn: AnyFunction, script: ScriptText, { location }: FunctionFacts): boolean {
  if (script.facts.url.includes('/node_modules/')) return true;
  if (!script.scopes || !location) return false;
  const { unit, isWhole } = script.unitOf(Function.prototype.toString.call(fn), location);
  let scope: Scope | undefined = unit.scope;
  while (scope && !scope.isFunction) scope = scope.parent;
  return isWhole && (scope?.isTop ?? false);
}

function exportsOf(script: ScriptText): readonly DirectExport[] {
  let table = tables.get(script);
  if (!table) {
    table = lexedExports(script) ?? parsedExports(script);
    tables.set(script, table);
  }
  return table;
}

/** Undefined if the lexer can't be loaded: it is an ES module, which `require` of jest refuses. */
function lexedExports({ facts }: ScriptText): readonly DirectExport[] | undefined {
  try {
    lexer ??= nodeRequire('es-module-lexer/js') as Lexer;
  } catch {
    return undefined;
  }
  try {
    return lexer.parse(facts.source)[1].filter(({ type }) => type === 'direct');
  } catch {
    return [];
  }
}

function parsedExports({ exported, facts }: ScriptText): readonly DirectExport[] {
  const named = [...exported].map(([localName, name]) => ({ type: 'direct', name, localName, end: 0 }));
  const end = /\bexport\s+default\b/.exec(facts.source);
  return end ? [...named, { type: 'direct', name: 'default', end: end.index + end[0].length }] : named;
}

/** `export default () => …` has no name to look up; its place in the text says it. */
function isDefaultExpression(fn: AnyFunction, script: ScriptText, entry: DirectExport): boolean {
  const after = script.facts.source.slice(entry.end);
  return fn.name === 'default' && after.trimStart().startsWith(Function.prototype.toString.call(fn));
}

/** A reassigned export is another function in a fresh copy of the module. */
function isStable(script: ScriptText, localName: string): boolean {
  if (script.facts.url.includes('/node_modules/')) return true;
  const variable = script.scopes?.top.names.get(localName);
  return variable === undefined || variable.writes.length === 0;
}

function pathInCommonJs(fn: AnyFunction, url: string): string[] | undefined {
  let cached: CachedModule | undefined;
  try {
    cached = (nodeRequire.cache as Record<string, CachedModule | undefined>)[fileURLToPath(url)];
  } catch {
    return undefined;
  }
  if (!cached?.loaded) return undefined;
  if (cached.exports === fn) return [COMMONJS];
  return pathInValue(fn, cached.exports, [COMMONJS], 2);
}

/** Without an inspector, the modules that `require` has loaded are all there is to look through. */
export function findInCommonJs(fn: AnyFunction): { url: string; path: string[] } | undefined {
  for (const file of Object.keys(nodeRequire.cache)) {
    const url = pathToFileURL(file).href;
    const path = isEntryUrl(url) ? undefined : pathInCommonJs(fn, url);
    if (path) return { url, path };
  }
  return undefined;
}

function pathInValue(fn: AnyFunction, value: unknown, path: string[], depth = 1): string[] | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const isTranspiled = Object.hasOwn(value, '__esModule');
  const deeper: [string, object][] = [];
  for (const key of Object.getOwnPropertyNames(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    // Compilers define exports as getters that only return a variable; anyone else's getter may do anything.
    const member = (isTranspiled && descriptor?.get ? readSafely(value, key) : descriptor?.value) as unknown;
    if (member === fn && key !== 'constructor') return [...path, key];
    if (typeof member === 'function' || key === 'prototype') deeper.push([key, member as object]);
  }
  if (depth <= 0 && typeof value === 'object') return undefined;
  for (const [key, member] of deeper) {
    if (typeof member === 'function' && depth <= 0) continue;
    const found = pathInValue(fn, member, [...path, key], depth - 1);
    if (found) return found;
  }
  return undefined;
}

function readSafely(owner: object, key: string): unknown {
  try {
    return (owner as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}
