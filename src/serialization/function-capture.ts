// Turns a function into its text and what it closes over.
//
//   function ─► unit in its script ─► free names ─► each: import again │ known by name │ value │ refuse
//                                                └─► code (cached per text and decisions) + captured values (read anew)

import { type Attached, attachmentsOf } from './attachments.js';
import { contentHash, RENAMED, type ShippedCode, writeRequest } from './captured-code.js';
import { classChanges, classLeftOut } from './class-capture.js';
import { blank, type Change, rewrite } from './code-rewriting.js';
import { type FreeVariables, freeVariables } from './free-variables.js';
import type { AnyFunction, CapturedValue, CaptureRecipe } from './function-recipe.js';
import type { FunctionFacts } from './inspector-session.js';
import { lexicalThis } from './lexical-this.js';
import { decideName, type NameDecision } from './name-decision.js';
import { refuse } from './named-values.js';
import type { CodeUnit } from './script-names.js';
import { type ScriptText, scriptText, type UnitText } from './script-text.js';
import { childOf } from './syntax-tree.js';

export interface CaptureRequest {
  readonly fn: AnyFunction;
  readonly facts: FunctionFacts;
  readonly path: string;
  /** Given by the caller itself, and not found as a captured value of another function. */
  readonly isHandedOver: boolean;
}

/** A unit of a script with what was found out about its text: the same for every function made from it. */
interface AnalysedUnit extends UnitText {
  readonly script: ScriptText;
  readonly free: FreeVariables;
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
  const decisions = unit.free.names.map((name) => decideName({ ...request, script, unit: unit.unit, name }));
  const self = lexicalThis({ ...request, script, unit: unit.unit, free: unit.free });
  const attached = attachmentsOf(fn, unit, facts);
  return assemble({ fn, unit, decisions, self, attached });
}

function analyse(script: ScriptText, text: UnitText): AnalysedUnit {
  let unit = analysed.get(text);
  if (!unit) {
    const leftOut = text.unit.shape === 'class' ? classLeftOut(text.unit.node) : [];
    unit = { ...text, script, free: freeVariables(text.scopes, text.unit, leftOut), codes: new Map() };
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
  readonly fn: AnyFunction;
  readonly unit: AnalysedUnit;
  readonly decisions: readonly NameDecision[];
  readonly self: { readonly value: unknown } | undefined;
  readonly attached: Attached;
}

function assemble({ fn, unit, decisions, self, attached }: Assembly): CaptureRecipe {
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
  const thisIndex = self && add('this', self.value);
  const superIndex = attached.superclass && add('extends', attached.superclass.value);
  const attachments = attached.list.map(({ value, ...rest }) => ({
    ...rest,
    index: add(`.${rest.key}`, value),
  }));
  const key = JSON.stringify([
    fn.name,
    fn.length,
    decisions.map(({ carry, ...rest }) => [rest, carry && 'recipe' in carry]),
    thisIndex,
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
      extra: { thisIndex, superIndex, attachments },
    });
    unit.codes.set(key, code);
  }
  return { how: 'capture', code, captured };
}

interface Writing {
  readonly fn: AnyFunction;
  readonly unit: AnalysedUnit;
  readonly decisions: readonly NameDecision[];
  readonly names: readonly string[];
  readonly variables: number;
  readonly extra: {
    readonly thisIndex: number | undefined;
    readonly superIndex: number | undefined;
    readonly attachments: ShippedCode['attachments'];
  };
}

function writeCode({ fn, unit, decisions, names, variables, extra }: Writing): ShippedCode {
  const { script, free } = unit;
  const modules: string[] = [];
  const moduleIndex = (request: string): number => {
    const at = modules.indexOf(request);
    return at >= 0 ? at : modules.push(request) - 1;
  };
  const imports = decisions.flatMap(({ name, imported }) =>
    imported ? [{ local: name, module: moduleIndex(writeRequest(imported)), name: imported.name }] : [],
  );
  const usesImport =
    free.uses.some(({ kind }) => kind === 'import()') || decisions.some(({ needs }) => needs === 'import');
  const usesMeta =
    free.uses.some(({ kind }) => kind === 'import.meta') || decisions.some(({ needs }) => needs === 'meta');
  const written = free.names.filter(({ isWritten }) => isWritten).map(({ name }) => name);
  const position = script.positionOf(unit.isWhole ? unit.unit.start : 0);
  const content = {
    source: rewrite(unit.text, unit.unit.start, unit.unit.end, changesOf(unit, decisions)),
    url: script.revived?.url ?? script.facts.url,
    line: position.line,
    column: position.column,
    names,
    modules,
    shape: unit.unit.shape === 'class' ? ('expression' as const) : unit.unit.shape,
    strict: unit.unit.strict,
    name: typeof fn.name === 'string' ? fn.name : '',
    length: fn.length,
    base: script.base,
    variables,
    assigned: names.slice(0, variables).filter((name) => written.includes(name)),
    imports,
    named: decisions.flatMap(({ name, named }) => (named === undefined ? [] : [[name, named] as const])),
    needs: [
      ...(decisions.some(({ needs }) => needs === 'require') ? (['require'] as const) : []),
      ...(usesImport ? (['import'] as const) : []),
      ...(usesMeta ? (['meta'] as const) : []),
    ],
    lazy: [],
    attachments: extra.attachments,
    ...(extra.thisIndex !== undefined && { thisIndex: extra.thisIndex }),
    ...(extra.superIndex !== undefined && { superIndex: extra.superIndex }),
  };
  return { ...content, hash: contentHash(JSON.stringify(content)) };
}

function changesOf(unit: AnalysedUnit, decisions: readonly NameDecision[]): Change[] {
  const changes: Change[] = [];
  for (const { kind, start, end } of unit.free.uses) {
    if (kind === 'import()') changes.push({ start, end, text: RENAMED.import });
    if (kind === 'import.meta') changes.push(blank(unit.text, start, end, RENAMED.meta));
  }
  const id = childOf(unit.unit.node, 'id');
  if (id && decisions.some(({ name, isRebound }) => isRebound && name === id['name'])) {
    // Its own name must not hide the variable of that name, which now holds something else.
    changes.push(blank(unit.text, id.start, id.end));
  }
  changes.push(...methodKeyChange(unit.text, unit.unit));
  if (unit.unit.shape === 'class') changes.push(...classChanges(unit.text, unit.unit.node));
  return changes;
}

/** A method stands alone over there: a computed or private key gets a plain name, the real one is set afterwards. */
function methodKeyChange(text: string, { shape, parent }: CodeUnit): Change[] {
  const key = parent && childOf(parent, 'key');
  if (!key || (shape !== 'method' && shape !== 'get' && shape !== 'set')) return [];
  if (key.type === 'PrivateIdentifier') return [{ start: key.start, end: key.start + 1, text: '$' }];
  if (!parent['computed']) return [];
  const open = text.lastIndexOf('[', key.start);
  const close = text.indexOf(']', key.end) + 1;
  return [blank(text, open, close, '$k')];
}
