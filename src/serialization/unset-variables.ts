// Variables whose declaration has not run yet, told apart from those that hold undefined.
//
// From V8 12 on (Node 22), reading one out of a scope that the engine has listed throws a ReferenceError. Before, it looks
// undefined, unless a flag of the engine says otherwise; it is on only while the scopes are listed once more.

import { nodeV8 } from '../base/late-builtins.js';
import type { AnyFunction } from './function-recipe.js';
import { type FunctionFacts, inspectorSession, type ScopeView } from './inspector-session.js';

/** Stands for the value of a variable that has none yet. */
export const UNSET = Symbol('unset');

/** The value of a variable as the engine has listed it, or UNSET if that is plain to see. */
export function valueIn(variables: ScopeView['variables'], name: string): unknown {
  try {
    return variables[name];
  } catch (error) {
    if (error instanceof ReferenceError) return UNSET;
    throw error;
  }
}

const SAYS_BY_ITSELF = Number.parseInt(process.versions.v8, 10) >= 12;

/** Whether a variable that looks undefined has no value yet. `at`: which scope of the function it is in. */
export function isUnset(fn: AnyFunction, at: number, name: string): boolean {
  if (SAYS_BY_ITSELF) return false;
  const { setFlagsFromString } = nodeV8();
  setFlagsFromString('--experimental-value-unavailable');
  let facts: FunctionFacts;
  try {
    facts = inspectorSession().read(fn);
  } finally {
    setFlagsFromString('--no-experimental-value-unavailable');
  }
  const scope = facts.scopes[at] as ScopeView | undefined;
  return scope !== undefined && valueIn(scope.variables, name) === UNSET;
}
