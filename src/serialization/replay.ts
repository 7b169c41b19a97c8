// Values that are made anew over there, by running the initializer of their variable again: results of `require`, and
// constants of a module that can't be copied (promises, weak collections, what a package made of its own functions).

import { isPromise, isProxy } from 'node:util/types';
import { NotShippableError } from '../base/errors.js';
import { isShippable } from '../base/shippable.js';
import type { NameQuestion } from './capture-request.js';
import { exportPath } from './export-table.js';
import type { AnyFunction, CapturedValue } from './function-recipe.js';
import { inspectorSession } from './inspector-session.js';
import { isUnmocked } from './module-importer.js';
import { nameOfValue } from './named-values.js';
import type { Variable } from './script-names.js';
import { isOutOfReach, type ScriptText, scriptText } from './script-text.js';
import { childOf, childrenOf, isFunctionNode, listOf, nameOfIdentifier, type Syntax } from './syntax-tree.js';

/** Large plain data is copied: only so many of its objects are looked at. */
const LOOK_LIMIT = 500;

const weakKinds = [WeakMap, WeakSet, WeakRef, FinalizationRegistry];
const knownIn = new WeakMap<ScriptText, WeakMap<object, boolean>>();

/** The initializer as code to run over there, if that is how this value has to travel. */
export function replayRecipe(
  question: NameQuestion,
  value: unknown,
  scopeIndex: number,
): CapturedValue | undefined {
  const { variable } = question.name;
  const declarator = variable?.declarator;
  const init = declarator && childOf(declarator, 'init');
  if (!variable || !init || variable.writes.length > 0 || !isObject(value)) return undefined;
  const isRequired = typeof value === 'object' && contains(init, isRequireCall);
  if (isRequired && contains(init, (node) => isNotThere(node, init, value, question.script)))
    return undefined;
  if (!isRequired && !(isOfModule(variable, question) && isMadeAnew(value, question.script)))
    return undefined;
  if (!isStill(value, init)) return undefined;
  if (contains(init, ({ type }) => type === 'AwaitExpression')) return undefined;
  const facts = { ...question.facts, scopes: question.facts.scopes.slice(scopeIndex) };
  return replayed({ ...question, facts }, variable, declarator);
}

/** A variable of the module that only its top level uses: the engine gives no value, its declaration can be run again. */
export function unseenRecipe(question: NameQuestion): CapturedValue | undefined {
  const { variable } = question.name;
  if (!variable?.scope.isTop || variable.writes.length > 0) return undefined;
  const { declarator, declaration } = variable;
  if (declarator) return childOf(declarator, 'init') && replayed(question, variable, declarator);
  return declaration && replayed(question, variable, declaration);
}

/** Undefined if the initializer itself can't go: then the value has to. */
function replayed(question: NameQuestion, variable: Variable, node: Syntax): CapturedValue | undefined {
  try {
    return { recipe: question.captureInitializer(question, variable, node) };
  } catch (error) {
    if (error instanceof NotShippableError) return undefined;
    throw error;
  }
}

function isOfModule({ scope }: Variable, { script }: NameQuestion): boolean {
  return scope.isTop && !script.revived;
}

/** Whether a copy would not be the same thing. @param home The script whose variable it is. */
function isMadeAnew(value: object, home: ScriptText): boolean {
  const known = knownIn.get(home) ?? new WeakMap<object, boolean>();
  knownIn.set(home, known);
  let answer = known.get(value);
  if (answer === undefined) {
    answer = new Look(home).finds(value);
    known.set(value, answer);
  }
  return answer;
}

/**
 * Whether the initializer would give what is there: a list or an object that was filled later is carried as it is.
 * Only what is written out is compared; of a call nobody knows what it gave.
 */
function isStill(value: unknown, init: Syntax): boolean {
  switch (init.type) {
    case 'Literal':
      return isObject(init['value']) || init['bigint'] !== undefined || Object.is(value, init['value']);
    case 'ArrayExpression': {
      const elements = init['elements'] as (Syntax | null)[];
      if (elements.some((element) => element?.type === 'SpreadElement')) return true;
      return (
        Array.isArray(value) &&
        value.length === elements.length &&
        elements.every((element, at) => (element ? isStill(value[at], element) : !(at in value)))
      );
    }
    case 'ObjectExpression': {
      const members = listOf(init, 'properties').map((node) => [keyOf(node), node] as const);
      if (members.some(([key]) => key === undefined)) return true;
      const properties = isObject(value) ? Object.getOwnPropertyDescriptors(value) : {};
      return (
        Object.keys(properties).length === new Set(members.map(([key]) => key)).size &&
        members.every(([key, node]) => {
          const property = properties[key!];
          return (
            property !== undefined &&
            (!('value' in property) || isStill(property.value, childOf(node, 'value')!))
          );
        })
      );
    }
    case 'NewExpression':
      if (listOf(init, 'arguments').length > 0) return true;
      return !(value instanceof Map || value instanceof Set) || value.size === 0;
    default:
      return true;
  }
}

/** Undefined if it is computed, or stands for the properties of another object. */
function keyOf(member: Syntax): string | undefined {
  const key = childOf(member, 'key');
  if (!key || member['computed']) return undefined;
  return nameOfIdentifier(key) ?? String(key['value']);
}

/** One look through an object's own properties, for something that has to be made anew. */
class Look {
  readonly #home: ScriptText;
  readonly #seen = new Set<object>();

  constructor(home: ScriptText) {
    this.#home = home;
  }

  finds(value: unknown): boolean {
    if (!isObject(value) || this.#seen.has(value) || this.#seen.size > LOOK_LIMIT) return false;
    this.#seen.add(value);
    if (typeof value === 'function') return isOfPackage(value, this.#home);
    if (isPromise(value) || isProxy(value) || weakKinds.some((kind) => value instanceof kind)) return true;
    if (ArrayBuffer.isView(value) || isShippable(value) || nameOfValue(value) !== undefined) return false;
    if (value instanceof Map) return [...value].some((pair) => pair.some((part) => this.finds(part)));
    if (value instanceof Set) return [...value].some((part) => this.finds(part));
    if (hidesState(value)) return true;
    return Object.values(Object.getOwnPropertyDescriptors(value)).some((property) =>
      this.finds(property.value),
    );
  }
}

/** An object of a builtin class without own data, such as Intl.NumberFormat: its state is inside the engine. */
function hidesState(value: object): boolean {
  const Class = (Object.getPrototypeOf(value) as { constructor?: unknown } | null)?.constructor;
  return typeof Class === 'function' && HIDING.has(Class.name) && nameOfValue(Class) !== undefined;
}

const HIDING = new Set(
  (
    'NumberFormat DateTimeFormat Collator PluralRules RelativeTimeFormat ListFormat DisplayNames Segmenter ' +
    'TextDecoder TextEncoder AsyncLocalStorage StringDecoder'
  ).split(' '),
);

/** A function that another script, of a package, made, and that can't be found among what its module exports. */
function isOfPackage(fn: AnyFunction, home: ScriptText): boolean {
  let facts = inspectorSession().read(fn);
  let target = fn;
  for (let depth = 0; facts.bound && depth < 10; depth++) {
    target = facts.bound.target;
    facts = inspectorSession().read(target);
  }
  if (!facts.location) return false;
  const script = listedScript(facts.location.scriptId);
  if (!script || script === home || script.isEntry || !script.facts.url.includes('/node_modules/'))
    return false;
  return exportPath(target, script, facts) === undefined;
}

/** Undefined for some of Node's own, which the engine does not list: in threads those that came with the snapshot. */
function listedScript(scriptId: string): ScriptText | undefined {
  try {
    return scriptText(scriptId);
  } catch {
    return undefined;
  }
}

function isRequireCall(node: Syntax): boolean {
  return node.type === 'CallExpression' && nameOfIdentifier(childOf(node, 'callee')) === 'require';
}

/** Whether a call of `require` would not give the same over there. */
function isNotThere(node: Syntax, init: Syntax, value: unknown, { base }: ScriptText): boolean {
  const specifier = isRequireCall(node) ? listOf(node, 'arguments')[0]?.['value'] : undefined;
  if (typeof specifier !== 'string') return false;
  return isOutOfReach(specifier, base) || !isUnmocked(specifier, base, node === init ? value : undefined);
}

/** Whether the expression itself, functions in it apart, holds such a node. */
function contains(node: Syntax, wanted: (node: Syntax) => boolean): boolean {
  if (wanted(node)) return true;
  if (isFunctionNode(node)) return false;
  for (const child of childrenOf(node)) if (contains(child, wanted)) return true;
  return false;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
