// What an earlier, interrupted run has written already: those items are not run again.
//
//   results file:  {"input":…,"result":…}\n  …  {"input":…,"res│        the last line may be torn: it was never written, and goes
//
// An item is known by its input as JSON, and counted: of three equal lines of which two are done, one is left. Failed items
// are in no results file, so they are run again.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, truncateSync } from 'node:fs';
import { UsageError } from './usage-error.js';

const NEWLINE = 10;

export class DoneItems {
  /** By hash of the input, how many are done: about 100 bytes of memory for each item done. */
  readonly #counts = new Map<string, number>();
  /** How many items are done. */
  count = 0;

  /**
   * Reads a results file, and cuts off a torn last line.
   * @throws {UsageError} If it is something else.
   */
  static async read(file: string): Promise<DoneItems> {
    const done = new DoneItems();
    if (!existsSync(file)) return done;
    let lineNumber = 0;
    let wholeBytes = 0;
    let torn = false;
    for await (const { line, endsAt } of linesOf(file)) {
      lineNumber++;
      torn = endsAt === undefined;
      if (torn) break;
      done.#add(inputOf(line, `${file}:${lineNumber}`));
      wholeBytes = endsAt as number;
    }
    if (torn) truncateSync(file, wholeBytes);
    return done;
  }

  /** The items that are not done. */
  async *leave(items: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<unknown> {
    for await (const item of items) if (!this.#take(item)) yield item;
  }

  #add(input: unknown): void {
    const key = keyOf(input);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.count++;
  }

  #take(input: unknown): boolean {
    const key = keyOf(input);
    const count = this.#counts.get(key);
    if (count === undefined) return false;
    if (count === 1) this.#counts.delete(key);
    else this.#counts.set(key, count - 1);
    return true;
  }
}

function keyOf(input: unknown): string {
  const text = JSON.stringify(input);
  return text.length <= 32 ? text : createHash('sha256').update(text).digest('base64');
}

function inputOf(line: string, place: string): unknown {
  try {
    const record = JSON.parse(line) as { input?: unknown } | null;
    if (typeof record === 'object' && record !== null && 'input' in record) return record.input;
  } catch {
    // Said below.
  }
  throw new UsageError(`--resume: ${place} is no line of results: {"input": …, "result": …}`);
}

/** Lines with the byte at which the next one begins; the last one has none if no newline ends it. */
async function* linesOf(file: string): AsyncGenerator<{ line: string; endsAt: number | undefined }> {
  let rest: Buffer = Buffer.alloc(0);
  let restAt = 0;
  for await (const chunk of createReadStream(file)) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, start)) {
      yield { line: rest.toString('utf8', start, end), endsAt: restAt + end + 1 };
      start = end + 1;
    }
    rest = rest.subarray(start);
    restAt += start;
  }
  if (rest.length > 0) yield { line: rest.toString('utf8'), endsAt: undefined };
}
