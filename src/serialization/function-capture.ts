// Turns a function into its text and what it closes over.
//
//   function ─► unit in its script ─► free names ─► each: import again │ known by name │ value │ refuse
//                                                └─► code (cached per text and decisions) + captured values (read anew)

import { type Attached, attachmentsOf, sameAttached } from './attachments.js';
import type { AnalysedUnit, CaptureRequest, NameDecision, NameQuestion } from './capture-request.js';
import { RENAMED, type ShippedCode } from './captured-code.js';
import { privateStatics } from './class-capture.js';
import { keysNow } from './class-members.js';
import { writeCode } from './code-writing.js';
import { assignOrigin, originOf } from './function-identity.js';
import type { AnyFunction, CapturedValue, CaptureRecipe } from './function-recipe.js';
import { lexicalThis } from './lexical-this.js';
import { decideName, inheritedLazyNames } from './name-decision.js';
import { refuse } from './named-values.js';
import type { Variable } from './script-names.js';
import { scriptText } from './script-text.js';
import type { Syntax } from './syntax-tree.js';
import { analyseFunction, analyseInitializer, refuseForeignMeanings } from './unit-analysis.js';
import { CAPTURED } from './value-path.js';

/** @throws {NotShippableError} If something the function closes over can't be had over there. */
export function captureFunction(request: CaptureRequest): CaptureRecipe {
  const { fn, facts, path } = request;
  if (!facts.location) refuse(path, 'it is native code; wrap it in a function of your own');
  const script = scriptText(facts.location.scriptId);
  const unit = analyseFunction(script, script.unitOf(Function.prototype.toString.call(fn), facts.location));
  refuseForeignMeanings(unit, path);
  const decisions = decide(request, unit);
  const self = lexicalThis(request, unit);
  if (self) decisions.push({ name: RENAMED.this, carry: self });
  const keys = keysNow(fn, unit, path);
  decisions.push(...keys.map(({ local, key }) => ({ name: local, carry: { value: key } })));
  if (isLasting(unit, decisions)) lasting.set(fn, { unit, decisions });
  return withOrigin(
    request,
    unit,
    assemble({ fn, unit, decisions, attached: attachmentsOf(fn, unit, facts.privates, keys) }),
  );
}

/** Functions whose variables can't change: when one is sent again, the engine need not be asked. */
let lasting = new WeakMap<AnyFunction, Lasting>();

interface Lasting {
  readonly unit: AnalysedUnit;
  readonly decisions: readonly NameDecision[];
  /** What was made of it last time, and of what. */
  last?: { readonly attached: Attached; readonly facts: readonly unknown[]; readonly recipe: CaptureRecipe };
}

/** What was decided of a name no longer holds: one more module must not be imported. */
export function forgetCaptures(): void {
  lasting = new WeakMap();
}

export function captureAgain(fn: AnyFunction): CaptureRecipe | undefined {
  const known = lasting.get(fn);
  if (!known) return undefined;
  const { unit, decisions, last } = known;
  const attached = attachmentsOf(fn, unit, nothingHidden);
  const facts = [fn.name, fn.length, integrityOf(fn), originOf(fn)];
  if (
    last &&
    sameAttached(last.attached, attached) &&
    facts.every((fact, index) => fact === last.facts[index])
  )
    return last.recipe;
  const recipe = withOrigin({ fn, isHandedOver: true }, unit, assemble({ fn, unit, decisions, attached }));
  facts[facts.length - 1] = originOf(fn);
  known.last = { attached, facts, recipe };
  return recipe;
}

const nothingHidden: ReadonlyMap<string, unknown> = new Map();

function isLasting(
  { isWhole, unit, free, computed }: AnalysedUnit,
  decisions: readonly NameDecision[],
): boolean {
  if (!isWhole || computed.length > 0) return false;
  if (unit.shape === 'class' && privateStatics(unit.node).length > 0) return false;
  const carried = new Set(decisions.filter(({ carry }) => carry).map(({ name }) => name));
  const isFixed = free.names.every(({ name, variable }) => {
    if (!variable) return !carried.has(name);
    return variable.kind === 'import' || (variable.writes.length === 0 && LASTING.has(variable.kind));
  });
  return isFixed && decisions.every(({ carry }) => !carry || 'recipe' in carry || carry.value !== undefined);
}

const LASTING = new Set(['const', 'let', 'function', 'class', 'param']);

function withOrigin(
  request: Pick<CaptureRequest, 'fn' | 'isHandedOver'>,
  unit: AnalysedUnit,
  recipe: CaptureRecipe,
): CaptureRecipe {
  const { fn } = request;
  const origin = originOf(fn) ?? (deservesOrigin(request, unit) ? assignOrigin(fn) : undefined);
  return origin === undefined ? recipe : { ...recipe, code: { ...recipe.code, origin } };
}

/** A callback written in a call is a new function each time: an origin would make each look different. */
function deservesOrigin(
  { isHandedOver }: Pick<CaptureRequest, 'isHandedOver'>,
  { unit }: AnalysedUnit,
): boolean {
  return !isHandedOver || unit.shape === 'class' || unit.scope.isTop;
}

const nothingAttached: Attached = { list: [], privates: [] };

function captureInitializer(question: NameQuestion, variable: Variable, declarator: Syntax): CaptureRecipe {
  const unit = analyseInitializer(question.script, variable, declarator);
  refuseForeignMeanings(unit, `${question.path}${CAPTURED}${variable.name}`);
  const decisions = decide({ ...question, isHandedOver: false }, unit);
  const self = lexicalThis(question, unit);
  if (self) decisions.push({ name: RENAMED.this, carry: self });
  return assemble({ fn: { name: variable.name, length: 0 }, unit, decisions, attached: nothingAttached });
}

function decide(request: CaptureRequest, { script, unit, isWhole, free }: AnalysedUnit): NameDecision[] {
  return free.names.flatMap((name) => {
    const question = { ...request, script, unit, isWhole, name, captureInitializer };
    return inheritedLazyNames(question) ?? decideName(question);
  });
}

function integrityOf(fn: object): ShippedCode['integrity'] {
  if (Object.isExtensible(fn)) return undefined;
  if (Object.isFrozen(fn)) return 'frozen';
  return Object.isSealed(fn) ? 'sealed' : 'fixed';
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
  const attachments = attached.list.map(({ value, symbol, ...rest }) => {
    const key = symbol === undefined ? {} : { symbol: add(`[${rest.key}]`, symbol) };
    return { ...rest, ...key, index: add(`.${rest.key}`, value) };
  });
  const integrity = integrityOf(fn);
  const privates = attached.privates.map(({ name, value }) => ({ name, index: add(`#${name}`, value) }));
  const key = JSON.stringify([
    fn.name,
    fn.length,
    decisions.map(({ carry, ...rest }) => [rest, carry && 'recipe' in carry]),
    superIndex,
    attachments,
    privates,
    integrity,
  ]);
  let code = unit.codes.get(key);
  if (!code) {
    code = writeCode({
      fn,
      unit,
      decisions,
      names,
      variables,
      extra: { superIndex, attachments, privates, integrity },
    });
    unit.codes.set(key, code);
  }
  return { how: 'capture', code, captured };
}
