// Variables declared outside the text that was read, as around a function of a huge script, which is not read as a whole.
// Who else changes such a variable is not known, so each goes in a cell, and functions of one message that share it here
// share it over there; so are those of other lines at the prompt. See shared-cells.ts for the cells. Around code given to `eval` is another script: that is refused.

import type { NameQuestion } from './capture-request.js';
import type { Cell } from './captured-code.js';
import type { ScopeView } from './inspector-session.js';
import { refuse } from './named-values.js';
import { valueIn } from './unset-variables.js';
import { CAPTURED } from './value-path.js';

interface OutsideVariable {
  readonly values: readonly unknown[];
  readonly cell: Cell;
  /** Whether all functions that use it go without the cell: it is a function, and none of them changes it. */
  isPlain: boolean;
  /** By place in the text, the function that was seen to use it. */
  readonly users: Map<string, object>;
}

let known = new Map<string, OutsideVariable[]>();

/** Identity of cells holds within a parcel. */
export function forgetOutside(): void {
  if (known.size > 0) known = new Map();
}

/**
 * The cell of a variable; undefined for a function that nobody here changes, which goes as it is.
 * @throws {NotShippableError} If it can't be told whose variable it is.
 */
export function outsideCell(question: NameQuestion, scope: ScopeView, value: unknown): Cell | undefined {
  const { facts, name: free, fn, script } = question;
  const { scriptId, line, column } = facts.location!;
  if (script.facts.url === '' && !isDeclaredAs(free.name, value)) refuseEvaluated(question);
  const isShared = scope.type === 'Script' || scope.type === 'Global'; // all scripts of the program have these
  const isOfScript = isShared || scope.type === 'Module';
  const values = isOfScript ? [] : Object.keys(scope.variables).map((key) => valueIn(scope.variables, key));
  const key = `${isOfScript && !isShared ? `${scriptId} ` : ''}${scope.type} ${free.name}`;
  const variables = known.get(key) ?? [];
  known.set(key, variables);
  let variable = variables.find((candidate) => isSame(candidate.values, values));
  if (!variable) {
    const isPlain = !free.isWritten && isDeclaredAs(free.name, value);
    variable = { values, cell: { v: value }, isPlain, users: new Map() };
    variables.push(variable);
  }
  const place = `${line}:${column}`;
  const user = variable.users.get(place);
  variable.users.set(place, fn);
  if (variable.isPlain && free.isWritten && (variable.users.size > 1 || user)) refuseChange(question);
  if (free.isWritten) variable.isPlain = false;
  if (user && user !== fn && !isOfScript && !variable.isPlain) refuseTwins(question);
  return variable.isPlain ? undefined : variable.cell;
}

/** `function name() …` or `class name …`: hardly ever changed. */
function isDeclaredAs(name: string, value: unknown): boolean {
  if (typeof value !== 'function') return false;
  const words = /^(?:async\s+)?(?:function\s*\*?|class)\s+([^\s({]+)/.exec(
    Function.prototype.toString.call(value),
  );
  return words?.[1] === name;
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => Object.is(value, right[index]));
}

function refuseChange({ path, name: { name } }: NameQuestion): never {
  refuse(
    `${path}${CAPTURED}${name}`,
    'a function changes this variable, and another one of this message has taken what it holds now; keep it in an object',
  );
}

function refuseEvaluated({ path, name: { name } }: NameQuestion): never {
  refuse(
    `${path}${CAPTURED}${name}`,
    'the function was made by eval, and whether others change this variable around it is not known; pass it as an argument',
  );
}

function refuseTwins({ path, name: { name } }: NameQuestion): never {
  refuse(
    `${path}${CAPTURED}${name}`,
    'two functions from the same place use a variable of this name, and whether it is one variable or two ' +
      "can't be told; send them in separate calls, or keep the value in an object",
  );
}
