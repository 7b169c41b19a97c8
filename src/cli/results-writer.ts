// Writes one JSON line per outcome: results to --out or stdout, failures to --failed; in the order of the items if asked.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { UsageError } from './usage-error.js';

export interface Outcome {
  readonly input: unknown;
  /** Absent if the item failed. */
  readonly result?: unknown;
  readonly error?: unknown;
}

export class ResultsWriter {
  readonly #results: Writable;
  readonly #failures: Writable | undefined;
  readonly #ordered: boolean;
  /** In ordered mode: outcomes whose turn has not come, and who waits for each. */
  readonly #held = new Map<number, { outcome: Outcome; written: () => void }>();
  readonly #onFailure: (input: unknown, error: unknown) => void;
  #nextIndex = 0;
  #writing: Promise<void> = Promise.resolve();
  #done = 0;
  #failed = 0;

  constructor(
    results: Writable,
    options: {
      failures?: Writable | undefined;
      ordered: boolean;
      onFailure: (input: unknown, error: unknown) => void;
    },
  ) {
    this.#results = results;
    // Without a listener an EPIPE would end the process; the next write reports it.
    for (const stream of [results, options.failures]) stream?.on('error', () => {});
    this.#failures = options.failures;
    this.#ordered = options.ordered;
    this.#onFailure = options.onFailure;
  }

  /** Items that gave a result. */
  get done(): number {
    return this.#done;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Resolves when the outcome is written and the stream takes more; in ordered mode that is after its predecessors. */
  write(outcome: Outcome, index: number): Promise<void> {
    if (!this.#ordered) return this.#writeNow(outcome);
    return new Promise((resolve, reject) => {
      this.#held.set(index, { outcome, written: resolve });
      this.#writing = this.#writing.then(() => this.#writeHeld());
      this.#writing.catch(reject);
    });
  }

  /** Flushes; the streams are closed, except stdout. */
  async close(): Promise<void> {
    await this.#writing;
    await Promise.all([this.#results, this.#failures].map((stream) => stream && endStream(stream)));
  }

  async #writeHeld(): Promise<void> {
    for (let held = this.#held.get(this.#nextIndex); held; held = this.#held.get(this.#nextIndex)) {
      this.#held.delete(this.#nextIndex++);
      await this.#writeNow(held.outcome);
      held.written();
    }
  }

  async #writeNow(outcome: Outcome): Promise<void> {
    const failure = 'error' in outcome ? { error: outcome.error } : undefined;
    const line = failure ?? resultLine(outcome);
    if (typeof line === 'string') {
      this.#done += 1;
      return writeLine(this.#results, line);
    }
    this.#failed += 1;
    this.#onFailure(outcome.input, line.error);
    if (this.#failures) return writeLine(this.#failures, failureLine(outcome.input, line.error));
  }
}

/** @throws {UsageError} If the file can't be opened for writing. */
export async function openForWriting(
  file: string,
  flag: string,
  mode: 'new' | 'append' = 'new',
): Promise<Writable> {
  const stream = createWriteStream(file, { flags: mode === 'append' ? 'a' : 'w' });
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new UsageError(`${flag}: can't write ${file}: ${(error as Error).message}`);
  }
  return stream;
}

/** The JSON line, or the error that tells why the result has none (a BigInt, a cycle). */
function resultLine({ input, result }: Outcome): string | { error: unknown } {
  try {
    return JSON.stringify({ input, result: result === undefined ? null : result });
  } catch (error) {
    return { error: new TypeError(`the result can't be written as JSON: ${(error as Error).message}`) };
  }
}

function failureLine(input: unknown, error: unknown): string {
  const failure: Error & { code?: unknown } = error instanceof Error ? error : new Error(String(error));
  const { name, message, code, stack } = failure;
  return JSON.stringify({
    input,
    error: { name, message, code: typeof code === 'string' ? code : undefined, stack },
  });
}

async function writeLine(stream: Writable, line: string): Promise<void> {
  if (stream.errored) throw stream.errored;
  if (!stream.write(`${line}\n`)) await drained(stream);
}

async function drained(stream: Writable): Promise<void> {
  // The many items in flight share one pair of listeners.
  const waiting = drains.get(stream) ?? once(stream, 'drain').finally(() => drains.delete(stream));
  drains.set(stream, waiting);
  await waiting;
}

const drains = new WeakMap<Writable, Promise<unknown>>();

function endStream(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    const flushed = (): void => resolve();
    if (stream === process.stdout) stream.write('', flushed);
    else stream.end(flushed);
  });
}
