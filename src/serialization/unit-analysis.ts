// What the text of a function or of an initializer needs from outside, found once per place in a script.

import type { AnalysedUnit } from './capture-request.js';
import { classLeftOut } from './class-capture.js';
import { computedKeys } from './computed-keys.js';
import { freeVariables } from './free-variables.js';
import { refuse } from './named-values.js';
import type { CodeUnit, LexicalUseKind, Variable } from './script-names.js';
import type { ScriptText, UnitText } from './script-text.js';
import { childOf, type Syntax } from './syntax-tree.js';

const functions = new WeakMap<UnitText, AnalysedUnit>();
const initializers = new WeakMap<Variable, AnalysedUnit>();

export function analyseFunction(script: ScriptText, text: UnitText): AnalysedUnit {
  let unit = functions.get(text);
  if (!unit) {
    const isClass = text.unit.shape === 'class';
    const computed = isClass ? computedKeys(text.unit.node, text.scopes) : [];
    const leftOut = isClass ? classLeftOut(text.unit.node) : [];
    leftOut.push(...computed.map(({ expression }) => expression));
    const free = freeVariables(text.scopes, text.unit, leftOut);
    unit = { ...text, script, leftOut, computed, free, codes: new Map() };
    functions.set(text, unit);
  }
  return unit;
}

/** The code that computes a variable's first value, as a function without parameters. */
export function analyseInitializer(script: ScriptText, variable: Variable, declarator: Syntax): AnalysedUnit {
  let unit = initializers.get(variable);
  if (!unit) {
    unit = readInitializer(script, variable, declarator);
    initializers.set(variable, unit);
  }
  return unit;
}

function readInitializer(script: ScriptText, variable: Variable, declarator: Syntax): AnalysedUnit {
  const isDeclarator = declarator.type === 'VariableDeclarator';
  const isPattern = isDeclarator && childOf(declarator, 'id')?.type !== 'Identifier';
  const node = isPattern || !isDeclarator ? declarator : childOf(declarator, 'init')!;
  const { start, end } = node;
  const { scope } = variable;
  const base = { node, isArrow: true, shape: 'expression' as const, parent: undefined };
  const unit: CodeUnit = { ...base, start, end, scope, strict: scope.strict };
  const text: UnitText = { text: script.facts.source, scopes: script.scopes!, unit, isWhole: true };
  const pattern = ['()=>{const ', `;return ${variable.name}}`] as const;
  const around = isPattern ? pattern : (['()=>(', ')'] as const);
  return {
    ...text,
    script,
    leftOut: [],
    computed: [],
    around,
    free: freeVariables(text.scopes, unit),
    codes: new Map(),
  };
}

const FOREIGN: Partial<Record<LexicalUseKind, string>> = {
  super:
    "it is a bare method that uses 'super'; send the object or class it belongs to, or an arrow that calls it",
  arguments: "it uses the 'arguments' of the function around it; copy what it needs to a variable",
  'new.target': "it uses the 'new.target' of the function around it; copy it to a variable",
};

/** @throws {NotShippableError} If the text uses something that only means something where it stands. */
export function refuseForeignMeanings({ free, unit }: AnalysedUnit, path: string): void {
  if (free.uses.some(({ kind }) => kind === 'eval')) {
    refuse(path, 'it calls eval, which may read any variable around it; pass what it needs as arguments');
  }
  for (const [kind, reason] of Object.entries(FOREIGN)) {
    if (free.outer.has(kind as LexicalUseKind)) refuse(path, reason);
  }
  const hidden = free.outer.get('private');
  if (!hidden) return;
  const remedy = unit.shape === 'class' ? 'move the class out' : 'send the class, or a plain function';
  refuse(path, `it uses the private member #${hidden.name} of the class around it; ${remedy}`);
}
