// Says how a function or class travels: by its own name, by reference, by capture, or not at all.

import { InternalError, NotShippableError } from '../base/errors.js';
import { capturedModuleCount } from './entry-url.js';
import { exportPath, findInCommonJs } from './export-table.js';
import { captureAgain, captureFunction, forgetCaptures } from './function-capture.js';
import type { AnyFunction, FunctionReader, FunctionRecipe } from './function-recipe.js';
import { hasInspector, inspectorSession } from './inspector-session.js';
import { nameOfValue, refuse } from './named-values.js';
import { nameOfOwnExport } from './own-exports.js';
import { privateMembers } from './private-state.js';
import { scriptText } from './script-text.js';
import { forgetParcel } from './shared-cells.js';
import { noteStartingModules } from './starting-modules.js';
import { taskReferenceOf } from './task-reference.js';
import { CAPTURED } from './value-path.js';
import { boundRecipe, proxyRecipe } from './wrapped-functions.js';

export const functionReader: FunctionReader = {
  describe,
  end: forgetParcel,
  noteStart: noteStartingModules,
  privateMembers,
};

/** Functions that are found again and again in the same place: to ask the engine takes a fifth of a millisecond. */
let settled = new WeakMap<AnyFunction, FunctionRecipe>();
let settledAmong = 0;

function settle<T extends FunctionRecipe>(fn: AnyFunction, recipe: T): T {
  settled.set(fn, recipe);
  return recipe;
}

/** What was found of a function: until one more module must not be imported, its own or one that its module imports. */
function settledRecipe(fn: AnyFunction): FunctionRecipe | undefined {
  if (settledAmong !== capturedModuleCount()) {
    settledAmong = capturedModuleCount();
    settled = new WeakMap();
    forgetCaptures();
  }
  return settled.get(fn);
}

function describe(fn: AnyFunction, path: string): FunctionRecipe {
  const known = settledRecipe(fn);
  if (known) return known;
  const own = nameOfOwnExport(fn);
  if (own !== undefined) return settle(fn, { how: 'name', name: own });
  const task = taskReferenceOf(fn);
  if (task) return task;
  const again = captureAgain(fn);
  if (again) return again;
  if (!hasInspector()) return withoutInspector(fn);
  const facts = inspectorSession().read(fn);
  if (facts.bound) return boundRecipe(facts.bound);
  if (facts.proxy) return proxyRecipe(facts.proxy);
  if (!facts.location) return settle(fn, { how: 'name', name: nameOfValue(fn) ?? refuse(path, NATIVE) });
  const script = scriptText(facts.location.scriptId, facts.scopes);
  if (script.facts.url.startsWith('node:'))
    return settle(fn, { how: 'name', name: nameOfValue(fn) ?? refuse(path, INTERNAL) });
  const exported = exportPath(fn, script, facts);
  if (exported) {
    const recipe: FunctionRecipe = { how: 'reference', url: script.facts.url, path: exported };
    // What a module itself exports stays so; members of it, and what CommonJS exports, may be put elsewhere.
    return script.facts.isModule && exported.length === 1 ? settle(fn, recipe) : recipe;
  }
  try {
    return captureFunction({ fn, facts, path, isHandedOver: !path.includes(CAPTURED) });
  } catch (error) {
    if (error instanceof NotShippableError && !error.message.startsWith(path)) refuse(path, error.message);
    throw error;
  }
}

function withoutInspector(fn: AnyFunction): FunctionRecipe {
  const found = findInCommonJs(fn);
  if (found) return { how: 'reference', ...found };
  const name = nameOfValue(fn);
  if (name !== undefined) return { how: 'name', name };
  inspectorSession(); // Throws, and says why.
  throw new InternalError('the inspector is there after all');
}

const NATIVE =
  'it is native code that is neither a global nor in a builtin module; wrap it in a function of your own';
const INTERNAL = 'it is internal to Node.js; wrap what you need of it in a function of your own';
