// What happens to one free name of a function: imported again, known by name, carried as a value, or left alone.

import { isProxy } from 'node:util/types';
import type { NameDecision, NameQuestion } from './capture-request.js';
import { LAZY, RENAMED, readRequest } from './captured-code.js';
import { isGivenText, isTyped } from './entry-url.js';
import type { ScopeView } from './inspector-session.js';
import { initializerOf } from './lazy-names.js';
import { isUnmocked } from './module-importer.js';
import { nameOfValue, refuse } from './named-values.js';
import { outsideCell } from './outside-cells.js';
import { nameOfOwnExport } from './own-exports.js';
import { replayRecipe, unseenRecipe } from './replay.js';
import type { CodeUnit, ImportBinding, Reference, Variable } from './script-names.js';
import { isOutOfReach, scriptTextOf } from './script-text.js';
import { cellOf, isChanging } from './shared-cells.js';
import { childOf, listOf, nameOfIdentifier } from './syntax-tree.js';
import { isUnset, UNSET, valueIn } from './unset-variables.js';
import { CAPTURED } from './value-path.js';
import { isGivenByNode, wrapperDecision } from './wrapper-names.js';

export function decideName(question: NameQuestion): NameDecision {
  const { fn, facts, script, unit, name: free, path } = question;
  const { name, variable } = free;
  const scopeIndex = facts.scopes.findIndex(
    ({ type, variables }) => type !== 'Global' && Object.hasOwn(variables, name),
  );
  const scope = (facts.scopes[scopeIndex] as ScopeView | undefined) ?? globalScope(question);
  if (!scope) {
    if (script.revived?.named.some(([local]) => local === name) && variable)
      return inherited(question) ?? { name };
    if (!variable) return wrapperDecision(question) ?? { name };
    const unseen = unseenRecipe(question);
    if (unseen) return { name, carry: unseen, isLazy: true };
    refuse(
      `${path}${CAPTURED}${name}`,
      'the engine gives no value for this variable; pass it as an argument',
    );
  }
  const found = readValue(question, scope, scopeIndex);
  const value = found === UNSET ? undefined : found;
  const passedOn = inherited(question);
  if (passedOn) return passedOn;
  if (value === fn && ownNameOf(unit) === name && !free.isWritten) return { name };
  const imported = importDecision(question, scope, value);
  if (imported) return imported;
  if (found === UNSET) refuseUnset(question);
  const named = isObject(value) && !free.isWritten ? nameOfValue(value) : undefined;
  if (named !== undefined && typeof value !== 'function') return { name, named };
  if (free.update && question.isHandedOver && isRunItself(question, free.update)) refuseUpdate(question);
  const rebound = ownNameOf(unit) === name ? { isRebound: true as const } : {};
  const replayed = replayRecipe(question, value, Math.max(0, scopeIndex));
  if (replayed) return { name, carry: replayed, isLazy: true };
  if (typeof value === 'object' && isProxy(value)) refuseProxy(question);
  if (variable && isChanging(variable)) {
    return { name, carry: { value: cellOf(question, variable, scope) }, isCell: true, ...rebound };
  }
  const isOutside = scopeIndex >= 0 && (!question.isWhole || script.facts.url === '');
  const cell =
    !variable && (isOutside || isTyped(script.facts.url)) ? outsideCell(question, scope, value) : undefined;
  return cell
    ? { name, carry: { value: cell }, isCell: true, ...rebound }
    : { name, carry: { value }, ...rebound };
}

/** In a function made from captured code: `$lazy`, by which its text reads names that are looked up on use. */
export function inheritedLazyNames(question: NameQuestion): NameDecision[] | undefined {
  const { script, facts, name } = question;
  const scope = facts.scopes.find(({ variables }) => Object.hasOwn(variables, LAZY));
  const { revived } = script;
  if (name.name !== LAZY || !revived || !scope) return undefined;
  return revived.lazy.map(({ name: local, import: at }) => {
    if (at === undefined) {
      return {
        name: local,
        carry: { value: initializerOf(scope.variables[LAZY] as object, local) },
        isLazy: true,
      };
    }
    const { module, name: exported } = revived.imports[at];
    return {
      name: local,
      imported: { ...readRequest(revived.modules[module]), name: exported },
      isLazy: true,
    };
  });
}

/** Whether the exporting module may change the binding: it is looked up at every use then. */
function isLiveImport({ specifier, name }: ImportBinding, base: string, value: unknown): boolean {
  if (name === '*' || typeof value === 'function' || !/^(\.{0,2}\/|file:)/.test(specifier)) return false;
  const script = scriptTextOf(new URL(specifier, base).href);
  if (!script) return true;
  if (!script.facts.isModule) return false;
  const local = [...script.exported].find(([, exported]) => exported === name)?.[0];
  const variable = local === undefined ? undefined : script.scopes?.top.names.get(local);
  return variable === undefined ? name !== 'default' : variable.writes.length > 0;
}

/** In a function made from captured code, imports and named things are what they were in the original. */
function inherited({ script, name: { name, variable } }: NameQuestion): NameDecision | undefined {
  const { revived } = script;
  if (!revived || (variable && !isOfWrapper(variable.scope))) return undefined;
  if (name === RENAMED.import) return { name, needs: 'import' };
  if (name === RENAMED.meta) return { name, needs: 'meta' };
  if (name === 'require' && revived.needs.includes('require')) return { name, needs: 'require' };
  const again = revived.imports.find(({ local }) => local === name);
  if (again) return { name, imported: { ...readRequest(revived.modules[again.module]), name: again.name } };
  const known = revived.named.find(([local]) => local === name);
  return known && { name, named: known[1] };
}

function importDecision(
  { script, name: free }: NameQuestion,
  scope: ScopeView,
  value: unknown,
): NameDecision | undefined {
  const { name, variable } = free;
  if (variable?.binding) {
    const { specifier } = variable.binding;
    if (isOutOfReach(specifier, script.base) || !isUnmocked(specifier, script.base)) return undefined;
    if (isObject(value)) {
      const named = nameOfValue(value);
      if (named?.startsWith('manyhands#'))
        return typeof value === 'function' ? { name, carry: { value } } : { name, named };
    }
    const live = isLiveImport(variable.binding, script.base, value) ? { isLazy: true as const } : {};
    return { name, imported: { ...variable.binding, base: script.base }, ...live };
  }
  if (scope.type === 'Module' && script.isImportable) {
    const exported = script.exported.get(name);
    if (exported !== undefined) {
      const live = variable && isChanging(variable) ? { isLazy: true as const } : {};
      return { name, imported: { specifier: script.facts.url, base: script.base, name: exported }, ...live };
    }
  }
  if (name === 'require' && !variable && !script.facts.isModule && isRequire(value))
    return { name, needs: 'require' };
  return undefined;
}

/** Of a class, only the `run` of a process is what the caller hands over; the rest is state of its objects. */
function isRunItself({ unit, fn }: NameQuestion, update: Reference): boolean {
  if (unit.shape !== 'class') return true;
  let parent: unknown = fn;
  while (typeof parent === 'function' && nameOfOwnExport(parent) === undefined)
    parent = Object.getPrototypeOf(parent);
  if (typeof parent !== 'function') return false;
  const run = listOf(childOf(unit.node, 'body')!, 'body').find(
    (member) => nameOfIdentifier(childOf(member, 'key')) === 'run' && !member['static'],
  );
  return run !== undefined && update.start >= run.start && update.start < run.end;
}

/** UNSET if the declaration of the variable has not run yet. */
function readValue(
  { fn, name: { name, variable } }: NameQuestion,
  scope: ScopeView,
  scopeIndex: number,
): unknown {
  const value = valueIn(scope.variables, name);
  if (value !== undefined || scopeIndex < 0 || (variable && !UNSET_AT_FIRST.has(variable.kind))) return value;
  return isUnset(fn, scopeIndex, name) ? UNSET : value;
}

const UNSET_AT_FIRST = new Set<Variable['kind']>(['const', 'let', 'class']);

function refuseUnset({ path, name: { name } }: NameQuestion): never {
  refuse(`${path}${CAPTURED}${name}`, 'its declaration has not run yet; make this call after it');
}

/** As an argument it is data, and read as such; a function may depend on what the handler does. */
function refuseProxy({ path, name: { name } }: NameQuestion): never {
  refuse(
    `${path}${CAPTURED}${name}`,
    'it is a Proxy, and its handler stays here; pass it as an argument to send a copy',
  );
}

function refuseUpdate({ path, name: { name } }: NameQuestion): never {
  refuse(
    `${path}${CAPTURED}${name}`,
    `the function both reads and changes this variable, and each process has its own copy of it; ` +
      `use a SharedValue, or return the value`,
  );
}

/** The name by which a function's own text refers to itself. */
function ownNameOf({ node }: CodeUnit): string | undefined {
  return childOf(node, 'id')?.['name'] as string | undefined;
}

/** A `var` or function of a program given by `-e`, by standard input or line by line is a property of the global object. */
function globalScope({ script, name: { name, variable } }: NameQuestion): ScopeView | undefined {
  const { isModule, url } = script.facts;
  const isOfTop = variable ? variable.scope.parent === undefined : isGivenText(url) && isMadeByProgram(name);
  if (isModule || script.revived || !isOfTop || !Object.hasOwn(globalThis, name)) return undefined;
  return { type: 'Global', variables: globalThis as unknown as Record<string, unknown> };
}

/** Whether a global is none of Node's, which are accessors, or not enumerable, or these. */
function isMadeByProgram(name: string): boolean {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  if (!property?.enumerable || !('value' in property) || isGivenByNode(name)) return false;
  return !property.configurable || !ENUMERABLE_OF_NODE.has(name);
}

const ENUMERABLE_OF_NODE = new Set(
  (
    'global clearImmediate setImmediate clearInterval clearTimeout setInterval setTimeout queueMicrotask ' +
    'structuredClone atob btoa performance fetch navigator crypto'
  ).split(' '),
);

function isOfWrapper(scope: { readonly parent: unknown; readonly isTop: boolean }): boolean {
  const parent = scope.parent as { isTop: boolean } | undefined;
  return scope.isTop || (parent?.isTop ?? false);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isRequire(value: unknown): boolean {
  if (typeof value !== 'function' || !('resolve' in value)) return false;
  // That of a module which a loader hook has read has no `cache`, and that of jest another name.
  return value.name === 'require' || 'cache' in value;
}
