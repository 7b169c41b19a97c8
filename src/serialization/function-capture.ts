// Turns a function into its text and what it closes over.
//
//   function ─► unit in its script ─► free names ─► each: import again │ known by name │ value │ refuse
//                                                └─► code (cached per text and decisions) + captured values (read anew)

import { type Attached, attachmentsOf } from './attachments.js';
import { RENAMED, type ShippedCode } from './captured-code.js';
import { classLeftOut } from './class-capture.js';
import { writeCode } from './code-writing.js';
import { type FreeVariables, freeVariables } from './free-variables.js';
import type { AnyFunction, CapturedValue, CaptureRecipe } from './function-recipe.js';
import type { FunctionFacts } from './inspector-session.js';
import { lexicalThis } from './lexical-this.js';
import { decideName, type NameDecision, type NameQuestion } from './name-decision.js';
import { refuse } from './named-values.js';
import type { CodeUnit, Variable } from './script-names.js';
import { type ScriptText, scriptText, type UnitText } from './script-text.js';
import { childOf, type Syntax } from './syntax-tree.js';

export interface CaptureRequest {
  readonly fn: AnyFunction;
  readonly facts: FunctionFacts;
  readonly path: string;
  /** Given by the caller itself, and not found as a captured value of another function. */
  readonly isHandedOver: boolean;
}

/** A unit of a script with what was found out about its text: the same for every function made from it. */
export interface AnalysedUnit extends UnitText {
  readonly script: ScriptText;
  readonly free: FreeVariables;
  /** Parts of its text that do not travel. */
  readonly leftOut: readonly Syntax[];
  /** For an initializer: what stands around its text. */
  readonly around?: readonly [before: string, after: string];
  /** Codes made from it, by the decisions that were taken. */
  readonly codes: Map<string, ShippedCode>;
}

const analysed = new WeakMap<UnitText, AnalysedUnit>();

/** @throws {NotShippableError} If something the function closes over can't be had over there. */
export function captureFunction(request: CaptureRequest): CaptureRecipe {
  const { fn, facts, path } = request;
  if (!facts.location) refuse(path, 'it is native code; wrap it in a function of your own');
  const script = scriptText(facts.location.scriptId);
  const text = script.unitOf(Function.prototype.toString.call(fn), facts.location);
  const unit = analyse(script, text);
  refuseForeignMeanings(unit, path);
  const decisions = decide(request, unit);
  const self = lexicalThis({ ...request, script, unit: unit.unit, isWhole: unit.isWhole, free: unit.free });
  if (self) decisions.push({ name: RENAMED.this, carry: self });
  return assemble({ fn, unit, decisions, attached: attachmentsOf(fn, unit) });
}

const initializers = new WeakMap<Variable, AnalysedUnit>();
const nothingAttached: Attached = { list: [] };

/** The code that computes a variable's first value. @throws {NotShippableError} As `captureFunction`. */
export function captureInitializer(
  question: NameQuestion,
  variable: Variable,
  declarator: Syntax,
): CaptureRecipe {
  const { script, path } = question;
  let unit = initializers.get(variable);
  if (!unit) {
    unit = analyseInitializer(script, variable, declarator);
    initializers.set(variable, unit);
  }
  refuseForeignMeanings(unit, `${path} → captured variable ${variable.name}`);
  const decisions = decide({ ...question, isHandedOver: false }, unit);
  const fn = { name: variable.name, length: 0 };
  return assemble({ fn, unit, decisions, attached: nothingAttached });
}

function decide(request: CaptureRequest, unit: AnalysedUnit): NameDecision[] {
  return unit.free.names.map((name) =>
    decideName({ ...request, script: unit.script, unit: unit.unit, name }),
  );
}

function analyseInitializer(script: ScriptText, variable: Variable, declarator: Syntax): AnalysedUnit {
  const isPattern = childOf(declarator, 'id')?.type !== 'Identifier';
  const node = isPattern ? declarator : childOf(declarator, 'init')!;
  const { start, end } = node;
  const { scope } = variable;
  const base = { node, isArrow: true, shape: 'expression' as const, parent: undefined };
  const unit: CodeUnit = { ...base, start, end, scope, strict: scope.strict };
  const text: UnitText = { text: script.facts.source, scopes: script.scopes!, unit, isWhole: true };
  const around = isPattern
    ? (['()=>{const ', `;return ${variable.name}}`] as const)
    : (['()=>(', ')'] as const);
  return { ...text, script, leftOut: [], around, free: freeVariables(text.scopes, unit), codes: new Map() };
}

function analyse(script: ScriptText, text: UnitText): AnalysedUnit {
  let unit = analysed.get(text);
  if (!unit) {
    const leftOut = text.unit.shape === 'class' ? classLeftOut(text.unit.node) : [];
    unit = {
      ...text,
      script,
      leftOut,
      free: freeVariables(text.scopes, text.unit, leftOut),
      codes: new Map(),
    };
    analysed.set(text, unit);
  }
  return unit;
}

function refuseForeignMeanings({ free, unit }: AnalysedUnit, path: string): void {
  if (free.uses.some(({ kind }) => kind === 'eval')) {
    refuse(
      path,
      'it calls eval, which may read any variable around it; pass the values it needs as arguments',
    );
  }
  if (free.outer.has('super')) {
    refuse(
      path,
      "it is a bare method that uses 'super'; send the object or class it belongs to, or an arrow that calls it",
    );
  }
  for (const kind of ['arguments', 'new.target'] as const) {
    if (free.outer.has(kind)) {
      refuse(
        path,
        `it uses the '${kind}' of the function around it; copy that into a variable and use the variable`,
      );
    }
  }
  const hidden = free.outer.get('private');
  if (hidden && unit.shape !== 'class') {
    refuse(
      path,
      `it uses the private member #${hidden.name} of a class; send an object of the class, or the class`,
    );
  }
  if (hidden)
    refuse(path, `it uses the private member #${hidden.name} of a class around it; move the class out`);
}

interface Assembly {
  readonly fn: Pick<AnyFunction, 'name' | 'length'>;
  readonly unit: AnalysedUnit;
  readonly decisions: readonly NameDecision[];
  readonly attached: Attached;
}

function assemble({ fn, unit, decisions, attached }: Assembly): CaptureRecipe {
  const captured: CapturedValue[] = [];
  const names: string[] = [];
  for (const { name, carry } of decisions) {
    if (!carry) continue;
    names.push(name);
    captured.push(carry);
  }
  const variables = names.length;
  const add = (name: string, value: unknown): number => {
    names.push(name);
    return captured.push({ value }) - 1;
  };
  const superIndex = attached.superclass && add('extends', attached.superclass.value);
  const attachments = attached.list.map(({ value, ...rest }) => ({
    ...rest,
    index: add(`.${rest.key}`, value),
  }));
  const key = JSON.stringify([
    fn.name,
    fn.length,
    decisions.map(({ carry, ...rest }) => [rest, carry && 'recipe' in carry]),
    superIndex,
    attachments,
  ]);
  let code = unit.codes.get(key);
  if (!code) {
    code = writeCode({
      fn,
      unit,
      decisions,
      names,
      variables,
      extra: { superIndex, attachments },
    });
    unit.codes.set(key, code);
  }
  return { how: 'capture', code, captured };
}
