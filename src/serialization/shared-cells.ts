// Variables that several functions share and at least one of them changes: over there they share them too.
//
//   let n = 0; const inc = () => { n = n + 1 }; const get = () => n       inc, get ─► one cell { v: 0 } in the parcel
//
// The engine gives scopes no identity. A module's variable is one; for a variable inside a function, two closures are
// taken to share it if all variables of its scope hold the same values. Where that would pair closures of one place in
// the text, which must come from different calls, it is refused.

import type { NameQuestion } from './capture-request.js';
import { CELL, type Cell } from './captured-code.js';
import type { ScopeView } from './inspector-session.js';
import { refuse } from './named-values.js';
import { forgetOutside } from './outside-cells.js';
import type { Reference, Scope, Variable } from './script-names.js';
import { valueIn } from './unset-variables.js';
import { CAPTURED } from './value-path.js';

interface SharedScope {
  readonly values: readonly unknown[];
  readonly cell: Cell;
  /** By place in the text, the function that was seen to use it. */
  readonly users: Map<number, object>;
}

let cells = new Map<Variable, SharedScope[]>();

/** Identity of cells holds within a parcel: variables are snapshots at the call. */
export function forgetParcel(): void {
  if (cells.size > 0) cells = new Map();
  forgetOutside();
}

/** Whether the variable changes after it was made, by code that may run over there. */
export function isChanging({ kind, writes, scope }: Variable): boolean {
  if (kind === 'import' || kind === 'const') return false;
  return writes.some((write) => functionOf(write.scope) !== functionOf(scope));
}

/**
 * The cell of a variable.
 * @throws {NotShippableError} If it can't be told whose variable it is.
 */
export function cellOf(question: NameQuestion, variable: Variable, { variables }: ScopeView): Cell {
  const values = variable.scope.isTop ? [] : Object.keys(variables).map((name) => valueIn(variables, name));
  const known = cells.get(variable) ?? [];
  cells.set(variable, known);
  let shared = known.find((candidate) => isSame(candidate.values, values));
  if (!shared) {
    shared = { values, cell: { v: undefined }, users: new Map() };
    known.push(shared);
  }
  shared.cell.v = variables[variable.name];
  const { fn, unit, path } = question;
  const user = shared.users.get(unit.start);
  shared.users.set(unit.start, fn);
  if (user && user !== fn && !variable.scope.isTop) {
    refuse(
      `${path}${CAPTURED}${variable.name}`,
      'two functions from the same line change a variable of this name, and whether it is one variable or two ' +
        "can't be told; send them in separate calls, or keep the value in an object",
    );
  }
  return shared.cell;
}

/** `name` where the value is in a cell: `name$cell.v`. */
export function cellText({ name, isShorthand, isCalled }: Reference): string {
  const text = `${name}${CELL}.v`;
  if (isShorthand) return `${name}:${text}`;
  return isCalled ? `(0,${text})` : text;
}

function functionOf(scope: Scope): Scope {
  let at = scope;
  while (!at.isFunction && at.parent) at = at.parent;
  return at;
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => Object.is(value, right[index]));
}
