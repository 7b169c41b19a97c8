// A script of this process as its functions see it: text, names, imports. Read and parsed once per script.

import { pathToFileURL } from 'node:url';
import { NotShippableError } from '../base/errors.js';
import type { ShippedCode } from './captured-code.js';
import { hashOfMark } from './captured-code.js';
import { capturedModuleCount, isCapturedUrl, isEntryUrl, stemOf } from './entry-url.js';
import { type FunctionFacts, inspectorSession, type ScriptFacts } from './inspector-session.js';
import { revivedCode } from './revived-code.js';
import type { CodeUnit, ScriptScopes } from './script-names.js';
import { readScopes } from './script-scopes.js';
import { childOf, listOf, parseScript, type Syntax } from './syntax-tree.js';

/** Above this size only the functions' own texts are parsed: a bundle may have megabytes. */
const WHOLE_PARSE_LIMIT_BYTES = 1_500_000;

/** The text a unit stands in: the whole script, or the function alone if the script is huge or made by `eval`. */
export interface UnitText {
  readonly text: string;
  readonly scopes: ScriptScopes;
  readonly unit: CodeUnit;
  /** Whether `scopes` knows of everything around the unit. */
  readonly isWhole: boolean;
}

export class ScriptText {
  readonly facts: ScriptFacts;
  /** Set if the script was made here from captured code. */
  readonly revived: ShippedCode | undefined;
  /** What imports in it are relative to. */
  readonly base: string;
  #scopes: ScriptScopes | null | undefined;
  #exported: ReadonlyMap<string, string> | undefined;
  #tree: Syntax | undefined;
  #lineStarts: number[] | undefined;
  readonly #units = new Map<string, UnitText>();

  constructor(facts: ScriptFacts) {
    this.facts = facts;
    const hash = hashOfMark(facts.source);
    this.revived = hash === undefined ? undefined : revivedCode(hash);
    this.base = this.revived?.base ?? toBase(facts.url);
  }

  get isEntry(): boolean {
    return isEntryUrl(this.facts.url);
  }

  /** Whether a child can import it. */
  get isImportable(): boolean {
    return (
      this.facts.url.startsWith('file:') &&
      !this.isEntry &&
      !this.revived &&
      !this.facts.url.includes('[eval') &&
      !(capturedModuleCount() > 0 && leadsToCaptured(this))
    );
  }

  /** Where in the text the function is. @throws {NotShippableError} If it isn't there. */
  unitOf(text: string, location: NonNullable<FunctionFacts['location']>): UnitText {
    const key = `${location.line}:${location.column}`;
    let found = this.#units.get(key);
    if (!found) {
      found = this.#findUnit(text, this.offsetAt(location)) ?? unitAlone(text, this.facts.isModule);
      this.#units.set(key, found);
    }
    return found;
  }

  /** The author's line and column of an offset in the text. */
  positionOf(offset: number): { line: number; column: number } {
    const starts = this.#starts();
    let line = 0;
    while (line + 1 < starts.length && starts[line + 1] <= offset) line++;
    const column = offset - starts[line];
    return line === 0
      ? { line: this.facts.startLine, column: column + this.facts.startColumn }
      : { line: line + this.facts.startLine, column };
  }

  /** Names of this module's exports by the local name they export. */
  get exported(): ReadonlyMap<string, string> {
    this.#exported ??= this.scopes && this.#tree ? readExported(this.#tree) : new Map();
    return this.#exported;
  }

  /** URLs of the files that it imports when it is loaded. */
  get importedUrls(): readonly string[] {
    const specifiers = this.facts.isModule
      ? listOf(this.#parsed ?? NO_TREE, 'body').map((statement) => childOf(statement, 'source')?.['value'])
      : [...this.facts.source.matchAll(REQUIRED)].map((match) => match[1]);
    return specifiers.flatMap((specifier) => urlOfFile(specifier, this.base) ?? []);
  }

  get #parsed(): Syntax | undefined {
    return this.scopes && this.#tree;
  }

  /** Absent if the script is too large, or not understood. */
  get scopes(): ScriptScopes | undefined {
    if (this.#scopes === undefined) this.#scopes = this.#parse() ?? null;
    return this.#scopes ?? undefined;
  }

  #parse(): ScriptScopes | undefined {
    const { source, isModule } = this.facts;
    if (source.length > WHOLE_PARSE_LIMIT_BYTES) return undefined;
    try {
      this.#tree = parseScript(source, isModule);
      return readScopes(this.#tree, isModule);
    } catch {
      return undefined;
    }
  }

  #findUnit(text: string, near: number): UnitText | undefined {
    const { scopes } = this;
    if (!scopes) return undefined;
    const { source } = this.facts;
    let start = source.lastIndexOf(text, near);
    if (start < 0 || start + text.length <= near)
      start = source.indexOf(text, Math.max(0, near - text.length));
    if (start < 0) return undefined;
    const end = start + text.length;
    let best: CodeUnit | undefined;
    for (const unit of scopes.units) {
      if (unit.end !== end || unit.node.start < start) continue;
      if (!best || unit.node.start < best.node.start) best = unit;
    }
    return best && { text: source, scopes, unit: { ...best, start }, isWhole: true };
  }

  /** The offset in the text of the engine's line and column. */
  offsetAt({ line, column }: { line: number; column: number }): number {
    const row = line - this.facts.startLine;
    const start = this.#starts()[row] ?? 0;
    return row === 0 ? column - this.facts.startColumn : start + column;
  }

  #starts(): number[] {
    if (!this.#lineStarts) {
      const starts = [0];
      const { source } = this.facts;
      for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}

const scripts = new Map<string, ScriptText>();

/**
 * @param scopes Those of a function in it.
 * @throws {NotShippableError} If the engine has dropped the script.
 */
export function scriptText(scriptId: string, scopes?: FunctionFacts['scopes']): ScriptText {
  let script = scripts.get(scriptId);
  if (!script) {
    script = new ScriptText(
      inspectorSession().script(
        scriptId,
        scopes?.some(({ type }) => type === 'Module'),
      ),
    );
    scripts.set(scriptId, script);
  }
  return script;
}

/** The script loaded from a URL, if this process has one and the engine was asked for scripts since. */
export function scriptTextOf(url: string): ScriptText | undefined {
  const id = inspectorSession().scriptIdOf(url);
  return id === undefined ? undefined : scriptText(id);
}

const NO_TREE: Syntax = { type: 'Program', start: 0, end: 0, body: [] };
const REQUIRED = /\brequire\(\s*['"]([^'"]+)['"]\s*\)/g;

function urlOfFile(specifier: unknown, base: string): string | undefined {
  return typeof specifier === 'string' && /^(\.{0,2}\/|file:)/.test(specifier)
    ? new URL(specifier, base).href
    : undefined;
}

/** Whether a file that is imported so is captured, or imports one that is: then a child can't import it. */
export function isOutOfReach(specifier: string, base: string): boolean {
  const url = capturedModuleCount() > 0 ? urlOfFile(specifier, base) : undefined;
  return url !== undefined && isUrlOutOfReach(url, new Set());
}

function leadsToCaptured(script: ScriptText, seen = new Set<string>()): boolean {
  if (seen.has(script.facts.url)) return false;
  seen.add(script.facts.url);
  return script.importedUrls.some((url) => isUrlOutOfReach(url, seen));
}

function isUrlOutOfReach(url: string, seen: Set<string>): boolean {
  if (isCapturedUrl(url)) return true;
  const stem = stemOf(url);
  const loaded = inspectorSession()
    .urlsFrom(stem)
    .find((candidate) => stemOf(candidate) === stem);
  const script = loaded === undefined ? undefined : scriptTextOf(loaded);
  return script !== undefined && leadsToCaptured(script, seen);
}

/** A function's own text, read as an expression, a method or a class member. */
function unitAlone(text: string, strict: boolean): UnitText {
  for (const [before, after] of [
    ['(', ')'],
    ['({', '})'],
    ['(class extends Object{', '})'],
  ]) {
    const whole = before + text + after;
    try {
      const tree = parseScript(whole, false);
      const scopes = readScopes(tree, strict);
      const unit = scopes.units.find((candidate) => candidate.start === before.length);
      if (unit) return { text: whole, scopes, unit, isWhole: false };
    } catch {
      // The next form may fit.
    }
  }
  throw new NotShippableError('its text is not understood');
}

function toBase(url: string): string {
  return url.startsWith('file:') ? url : `${pathToFileURL(process.cwd()).href}/[eval]`;
}

function readExported(tree: Syntax): ReadonlyMap<string, string> {
  const exported = new Map<string, string>();
  for (const statement of listOf(tree, 'body')) {
    if (statement.type === 'ExportNamedDeclaration' && !statement['source']) {
      for (const specifier of listOf(statement, 'specifiers')) {
        const local = childOf(specifier, 'local')!;
        const name = childOf(specifier, 'exported')!;
        exported.set(local['name'] as string, (name['name'] ?? name['value']) as string);
      }
      const declaration = childOf(statement, 'declaration');
      if (declaration) for (const name of declaredNames(declaration)) exported.set(name, name);
    }
    const id =
      statement.type === 'ExportDefaultDeclaration' && childOf(childOf(statement, 'declaration')!, 'id');
    if (id) exported.set(id['name'] as string, 'default');
  }
  return exported;
}

function declaredNames(declaration: Syntax): string[] {
  const id = childOf(declaration, 'id');
  if (id) return [id['name'] as string];
  const ids = listOf(declaration, 'declarations').map((declarator) => childOf(declarator, 'id')!);
  return ids.filter(({ type }) => type === 'Identifier').map((node) => node['name'] as string);
}
