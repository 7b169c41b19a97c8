// Where the items of `manyhands map` come from: file paths and glob patterns, a text or NDJSON file, or stdin.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { glob, isDynamicPattern } from 'tinyglobby';
import { UsageError } from './usage-error.js';

export interface Inputs {
  readonly items: Iterable<unknown> | AsyncIterable<unknown>;
  /** How many there are, where that is known beforehand. */
  readonly total: number | undefined;
}

export interface InputSources {
  /** Paths and glob patterns; each file is one item: its path. */
  readonly patterns: readonly string[];
  /** A file whose lines are the items: JSON values if it is named .ndjson or .jsonl, else text. */
  readonly file: string | undefined;
  readonly stdin: Readable & { isTTY?: boolean };
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/** @throws {UsageError} If there is nothing to read, or a path or pattern matches no file. */
export async function openInputs(sources: InputSources): Promise<Inputs> {
  const { patterns, file, stdin, signal } = sources;
  if (patterns.length > 0 && file !== undefined) {
    throw new UsageError('give either INPUTS or --input FILE, not both');
  }
  if (patterns.length > 0) {
    const paths = await matchFiles(patterns);
    return { items: paths, total: paths.length };
  }
  if (file !== undefined) {
    if (!existsSync(file) || statSync(file).isDirectory())
      throw new UsageError(`--input: no such file: ${file}`);
    return {
      items: isNdjson(file) ? jsonLines(file, signal) : textLines(() => createReadStream(file), signal),
      total: undefined,
    };
  }
  if (stdin.isTTY) {
    throw new UsageError(
      'no inputs: name files or glob patterns, give --input FILE, or pipe lines into stdin',
    );
  }
  return { items: textLines(() => stdin, signal), total: undefined };
}

/** Every file once, in the order of the arguments; the files of one pattern sorted by name. */
async function matchFiles(patterns: readonly string[]): Promise<string[]> {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    for (const path of await matchOne(pattern)) paths.add(path);
  }
  return [...paths];
}

async function matchOne(pattern: string): Promise<string[]> {
  if (existsSync(pattern)) {
    if (!statSync(pattern).isDirectory()) return [pattern];
    throw new UsageError(
      `${pattern} is a directory; for the files in it write '${pattern.replace(/\/$/, '')}/**'`,
    );
  }
  if (!isDynamicPattern(pattern)) throw new UsageError(`no such file: ${pattern}`);
  const found = await glob(pattern, { onlyFiles: true, expandDirectories: false });
  if (found.length === 0) throw new UsageError(`no file matches '${pattern}'`);
  return found.sort();
}

function isNdjson(file: string): boolean {
  return file.endsWith('.ndjson') || file.endsWith('.jsonl');
}

/** Blank lines are no items. */
async function* jsonLines(file: string, signal: AbortSignal): AsyncGenerator<unknown> {
  let number = 0;
  for await (const line of textLines(() => createReadStream(file), signal)) {
    number += 1;
    if (line.trim() === '') continue;
    yield parseLine(line, `${file}:${number}`);
  }
}

function parseLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UsageError(`${place} is not JSON: ${(error as Error).message}`);
  }
}

/** Opened at the first line asked for: a reader that is not listened to loses lines. */
async function* textLines(open: () => Readable, signal: AbortSignal): AsyncGenerator<string> {
  yield* createInterface({ input: open(), crlfDelay: Number.POSITIVE_INFINITY, signal });
}
