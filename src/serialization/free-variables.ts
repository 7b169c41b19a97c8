// What a piece of code needs from outside: names declared outside its text, and meanings (`this`, `super`) bound outside.

import type {
  CodeUnit,
  LexicalUse,
  LexicalUseKind,
  Reference,
  ScriptScopes,
  Variable,
} from './script-names.js';

/** A name the code uses and does not declare. */
export interface FreeName {
  readonly name: string;
  /** Its declaration in the same script; absent for globals and for what a wrapper gives (`require`). */
  readonly variable: Variable | undefined;
  readonly references: readonly Reference[];
  /** The code assigns to it. */
  readonly isWritten: boolean;
  /** The first reference that reads and writes in one: `total += x`. */
  readonly update: Reference | undefined;
}

export interface FreeVariables {
  readonly names: readonly FreeName[];
  /** Uses inside the text, whatever binds them. */
  readonly uses: readonly LexicalUse[];
  /** Kinds of use that are bound outside the text. */
  readonly outer: ReadonlyMap<LexicalUseKind, LexicalUse>;
}

/** @param leftOut Stretches of the text that do not travel. */
export function freeVariables(
  script: ScriptScopes,
  { start, end }: Pick<CodeUnit, 'start' | 'end'>,
  leftOut: readonly { readonly start: number; readonly end: number }[] = [],
): FreeVariables {
  const byVariable = new Map<Variable | string, Reference[]>();
  const { references } = script;
  for (let at = firstFrom(references, start); at < references.length; at++) {
    const reference = references[at];
    if (reference.start >= end) break;
    const { variable } = reference;
    if (leftOut.some((stretch) => reference.start >= stretch.start && reference.start < stretch.end))
      continue;
    if (variable && variable.scope.start >= start && variable.scope.start < end) continue;
    const key = variable ?? reference.name;
    const list = byVariable.get(key);
    if (list) list.push(reference);
    else byVariable.set(key, [reference]);
  }
  const uses = script.uses.filter(
    (use) =>
      use.start >= start &&
      use.start < end &&
      !leftOut.some((at) => use.start >= at.start && use.start < at.end),
  );
  const outer = new Map<LexicalUseKind, LexicalUse>();
  for (const use of uses) {
    if ((use.binder < start || use.binder >= end) && !outer.has(use.kind)) outer.set(use.kind, use);
  }
  return { names: [...byVariable.values()].map(toFreeName), uses, outer };
}

function toFreeName(references: readonly Reference[]): FreeName {
  const { name, variable } = references[0];
  return {
    name,
    variable,
    references,
    isWritten: references.some(({ access }) => access !== 'read'),
    update: references.find(({ access }) => access === 'update'),
  };
}

function firstFrom(references: readonly Reference[], start: number): number {
  let low = 0;
  let high = references.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (references[middle].start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}
