// `--trace FILE`: when each item ran, and in which worker, as Chrome's trace events (chrome://tracing, ui.perfetto.dev).

import type { Writable } from 'node:stream';

/** When and where an item ran; milliseconds since 1970. */
export interface RunTimes {
  readonly pid: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** Runs in the worker around the function; what it throws stays what it threw. */
export async function runTimed(
  fn: (input: unknown) => unknown,
  input: unknown,
): Promise<{ result: unknown; times: RunTimes }> {
  const startMs = performance.timeOrigin + performance.now();
  const result = await fn(input);
  return { result, times: { pid: process.pid, startMs, endMs: performance.timeOrigin + performance.now() } };
}

export class TraceWriter {
  readonly #file: Writable;
  readonly #named = new Set<number>();

  constructor(file: Writable) {
    this.#file = file;
    file.on('error', () => {}); // reported by `close`
    this.#put('[\n', { name: 'process_name', ph: 'M', pid: 0, args: { name: 'manyhands map' } });
  }

  ran(input: unknown, { pid, startMs, endMs }: RunTimes): void {
    if (!this.#named.has(pid)) {
      this.#named.add(pid);
      this.#put(',\n', { name: 'thread_name', ph: 'M', pid: 0, tid: pid, args: { name: `worker ${pid}` } });
    }
    const times = { ts: Math.round(startMs * 1000), dur: Math.round((endMs - startMs) * 1000) };
    this.#put(',\n', { name: 'item', ph: 'X', pid: 0, tid: pid, ...times, args: { input } });
  }

  /** An item that failed left no times: it is marked when that was known. */
  failed(input: unknown, error: unknown): void {
    const ts = Math.round((performance.timeOrigin + performance.now()) * 1000);
    this.#put(',\n', {
      name: 'failed',
      ph: 'i',
      s: 'p',
      pid: 0,
      tid: 0,
      ts,
      args: { input, error: String(error) },
    });
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#file.errored) reject(this.#file.errored);
      this.#file.once('error', reject);
      this.#file.end('\n]\n', () => resolve());
    });
  }

  #put(before: string, event: object): void {
    this.#file.write(before + JSON.stringify(event));
  }
}
