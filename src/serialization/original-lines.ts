// Where the text of a transformed script (TypeScript by tsx) stood in the author's file, by its source map.
//
// Such a text often is one long line. It gets the line ends back that the author had, at places where a line end means
// nothing, so that stacks show the author's lines with no source map over there.

import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Change } from './code-rewriting.js';
import type { ScriptText } from './script-text.js';
import { readTokens, type Token } from './syntax-tree.js';

export interface Original {
  readonly url: string;
  readonly line: number;
  readonly column: number;
  /** Line ends to be put in. */
  readonly changes: readonly Change[];
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

const maps = new WeakMap<ScriptText, SourceMap | null>();
const tokens = new WeakMap<ScriptText, readonly Token[]>();

/** Undefined if the script is what the author wrote, or this program does not use source maps. */
export function originalOf(
  script: ScriptText,
  unit: Stretch,
  leftOut: readonly Stretch[],
): Original | undefined {
  const map = mapOf(script);
  const first = map && entryAt(map, script, unit.start);
  if (!map || !first) return undefined;
  const url = toUrl(first.originalSource, script.facts.url);
  return {
    url,
    line: first.originalLine,
    column: first.originalColumn,
    changes: lineEnds(script, map, unit, leftOut),
  };
}

function lineEnds(script: ScriptText, map: SourceMap, unit: Stretch, leftOut: readonly Stretch[]): Change[] {
  const changes: Change[] = [];
  const { source } = script.facts;
  const first = entryAt(map, script, unit.start)!;
  let { originalLine: line, originalColumn: column } = first;
  let at = unit.start;
  let before: Token | undefined;
  for (const token of tokensOf(script)) {
    if (token.start >= unit.end) break;
    if (token.start > unit.start) {
      const lineEnd = source.lastIndexOf('\n', token.start - 1);
      column = lineEnd >= at ? token.start - lineEnd - 1 : column + token.start - at;
      line += countLineEnds(source, at, token.start);
      at = token.start;
      const isGone = leftOut.some(({ start, end }) => token.start >= start && token.start < end);
      const entry = isGone || TEMPLATE.has(token.label) ? undefined : entryAt(map, script, token.start);
      if (entry && entry.originalSource === first.originalSource) {
        const lines = mayBreak(before, token) ? Math.max(0, entry.originalLine - line) : 0;
        line += lines;
        if (lines > 0) column = 0;
        const blanks =
          entry.isExact && entry.originalLine === line ? Math.max(0, entry.originalColumn - column) : 0;
        column += blanks;
        const text = '\n'.repeat(lines) + ' '.repeat(blanks);
        if (text) changes.push({ start: token.start, end: token.start, text });
      }
    }
    before = token;
  }
  return changes;
}

/** Text of a template, where blanks would count. */
const TEMPLATE = new Set(['template', 'invalidTemplate', '`']);

/** After these words, and before these signs, a line end ends a statement or is not allowed. */
const NO_BREAK_AFTER = new Set(['return', 'throw', 'break', 'continue', 'yield', 'async', 'using', 'await']);

function mayBreak(before: Token | undefined, { label }: Token): boolean {
  if (before && NO_BREAK_AFTER.has(before.text)) return false;
  return (
    label !== '=>' &&
    label !== '++/--' &&
    label !== 'template' &&
    label !== 'invalidTemplate' &&
    label !== '`'
  );
}

interface Entry {
  readonly originalSource: string;
  readonly originalLine: number;
  readonly originalColumn: number;
  /** Whether the map speaks of this very place, and not of one before it. */
  readonly isExact: boolean;
}

function entryAt(map: SourceMap, script: ScriptText, offset: number): Entry | undefined {
  const { line, column } = script.positionOf(offset);
  const entry = map.findEntry(line, column) as Partial<Entry> & {
    generatedLine: number;
    generatedColumn: number;
  };
  if (entry.originalSource === undefined) return undefined;
  const isExact = entry.generatedLine === line && entry.generatedColumn === column;
  return { ...(entry as Entry), isExact };
}

function tokensOf(script: ScriptText): readonly Token[] {
  let list = tokens.get(script);
  if (!list) {
    list = readTokens(script.facts.source, script.facts.isModule);
    tokens.set(script, list);
  }
  return list;
}

function mapOf(script: ScriptText): SourceMap | undefined {
  let map = maps.get(script);
  if (map === undefined) {
    map = readMap(script);
    maps.set(script, map);
  }
  return map ?? undefined;
}

function readMap(script: ScriptText): SourceMap | null {
  const { sourceMapUrl, url } = script.facts;
  if (!sourceMapUrl || script.revived || !script.scopes || !areMapsUsed()) return null;
  try {
    return new SourceMap(JSON.parse(readText(sourceMapUrl, url)));
  } catch {
    return null;
  }
}

function readText(sourceMapUrl: string, base: string): string {
  const data = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(sourceMapUrl);
  if (!data) return readFileSync(fileURLToPath(new URL(sourceMapUrl, base)), 'utf8');
  return data[1] ? Buffer.from(data[2], 'base64').toString() : decodeURIComponent(data[2]);
}

/** Stacks here show the author's lines only if Node maps them; over there they show the same. */
function areMapsUsed(): boolean {
  const { sourceMapsEnabled } = process as unknown as { sourceMapsEnabled?: boolean };
  return (
    sourceMapsEnabled ?? process.execArgv.some((arg) => arg.includes('tsx') || arg === '--enable-source-maps')
  );
}

function toUrl(source: string, base: string): string {
  if (source.startsWith('/')) return pathToFileURL(source).href;
  try {
    return new URL(source, base).href;
  } catch {
    return base;
  }
}

function countLineEnds(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
