// Writes captured code: the author's text with the few changes it needs to stand alone, and what the loader must know.

import type { AnalysedUnit, NameDecision } from './capture-request.js';
import { contentHash, LAZY, RENAMED, type ShippedCode, writeRequest } from './captured-code.js';
import { classChanges } from './class-capture.js';
import { blank, type Change, rewrite } from './code-rewriting.js';
import type { AnyFunction } from './function-recipe.js';
import { originalOf } from './original-lines.js';
import type { CodeUnit, Reference } from './script-names.js';
import { cellText } from './shared-cells.js';
import { childOf } from './syntax-tree.js';

export interface Writing {
  readonly fn: Pick<AnyFunction, 'name' | 'length'>;
  readonly unit: AnalysedUnit;
  readonly decisions: readonly NameDecision[];
  readonly names: readonly string[];
  readonly variables: number;
  readonly extra: {
    readonly superIndex: number | undefined;
    readonly attachments: ShippedCode['attachments'];
    readonly privates: ShippedCode['privates'];
    readonly integrity: ShippedCode['integrity'];
  };
}

export function writeCode({ fn, unit, decisions, names, variables, extra }: Writing): ShippedCode {
  const { script, free, around: [before, after] = ['', ''] } = unit;
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
  const original = unit.isWhole ? originalOf(script, unit.unit, unit.leftOut) : undefined;
  const position = original ?? script.positionOf(unit.isWhole ? unit.unit.start : 0);
  const changes = [...changesOf(unit, decisions, extra.privates), ...(original?.changes ?? [])];
  const content = {
    source: before + rewrite(unit.text, unit.unit.start, unit.unit.end, changes) + after,
    url: original?.url ?? script.revived?.url ?? script.facts.url,
    line: position.line,
    column: position.column - before.length,
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
    lazy: decisions.flatMap(({ name, isLazy, imported }): ShippedCode['lazy'] => {
      if (!isLazy) return [];
      if (imported) return [{ name, import: imports.findIndex(({ local }) => local === name) }];
      return [{ name, index: names.indexOf(name) }];
    }),
    cells: decisions.flatMap(({ name, isCell }) => (isCell ? [name] : [])),
    privates: extra.privates,
    attachments: extra.attachments,
    ...(extra.integrity && { integrity: extra.integrity }),
    ...(extra.superIndex !== undefined && { superIndex: extra.superIndex }),
  };
  return { ...content, hash: contentHash(JSON.stringify(content)) };
}

function changesOf(
  unit: AnalysedUnit,
  decisions: readonly NameDecision[],
  privates: ShippedCode['privates'],
): Change[] {
  const changes: Change[] = [];
  for (const { kind, start, end, binder } of unit.free.uses) {
    const isOuter = binder < unit.unit.start || binder >= unit.unit.end;
    if (kind === 'this' && isOuter) changes.push({ start, end, text: RENAMED.this });
    if (kind === 'import()') changes.push({ start, end, text: RENAMED.import });
    if (kind === 'import.meta') changes.push(blank(unit.text, start, end, RENAMED.meta));
  }
  for (const { name, isLazy, isCell } of decisions) {
    const free = (isLazy || isCell) && unit.free.names.find((candidate) => candidate.name === name);
    for (const reference of free ? free.references : []) {
      const { start, end } = reference;
      changes.push({ start, end, text: isCell ? cellText(reference) : lazyText(reference) });
    }
  }
  const id = childOf(unit.unit.node, 'id');
  if (id && decisions.some(({ name, isRebound }) => isRebound && name === id['name'])) {
    // Its own name must not hide the variable of that name, which now holds something else.
    changes.push(blank(unit.text, id.start, id.end));
  }
  changes.push(...methodKeyChange(unit.text, unit.unit));
  for (const { expression, local } of unit.computed)
    changes.push(blank(unit.text, expression.start, expression.end, local));
  if (unit.unit.shape === 'class') changes.push(...classChanges(unit.text, unit.unit.node, privates));
  return changes;
}

/** `name` becomes `$lazy.name`, without becoming the `this` of a call. */
function lazyText({ name, isShorthand, isCalled }: Reference): string {
  const text = `${LAZY}.${name}`;
  if (isShorthand) return `${name}:${text}`;
  return isCalled ? `(0,${text})` : text;
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
