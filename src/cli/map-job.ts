// One run of `manyhands map`: what it reads, runs and writes.

import type { Pool } from '../pool/pool.js';
import type { RunOptions } from '../pool/pool-options.js';
import { type ItemFunction, loadFunction } from './function-reference.js';
import { openInputs } from './inputs.js';
import { inGroups, type Numbered } from './item-groups.js';
import { runInWindow } from './item-window.js';
import type { MapOptions } from './map-options.js';
import { Progress } from './progress.js';
import { type Outcome, openForWriting, ResultsWriter } from './results-writer.js';
import { DoneItems } from './resume.js';
import { runTimed, TraceWriter } from './trace-writer.js';
import { UsageError } from './usage-error.js';

/** Enough in flight that a worker finds its next item waiting, and few enough that Ctrl-C ends soon. */
const GROUPS_PER_WORKER = 4;
/** In order, one slow item must not stop the other workers. */
const ORDERED_GROUPS_PER_WORKER = 64;

export interface MapJob {
  readonly fn: ItemFunction;
  readonly groups: AsyncIterable<readonly Numbered[]>;
  /** Groups in flight. */
  readonly windowSize: number;
  readonly run: RunOptions & { readonly chunkSize: number };
  readonly writer: ResultsWriter;
  readonly trace: TraceWriter | undefined;
  readonly progress: Progress;
  /** Items that an earlier run had done. */
  readonly skipped: number;
}

/**
 * Everything that can turn out to be wrong usage, found or opened before a process is started.
 * @throws {UsageError} If the module, its export, an input or a file to be written is not there.
 */
export async function prepareJob(
  reference: string,
  patterns: string[],
  options: MapOptions,
  signal: AbortSignal,
): Promise<MapJob> {
  const { jobs, out, ordered = false, chunkSize = 1, timeout, retries } = options;
  if (options.resume && out === undefined)
    throw new UsageError('--resume needs --out FILE: the results of the run that it goes on with');
  const fn = await loadFunction(reference);
  const { items, total } = await openInputs({ patterns, file: options.input, stdin: process.stdin, signal });
  const done = options.resume && out !== undefined ? await DoneItems.read(out) : undefined;
  const skipped = done?.count ?? 0;
  const failures =
    options.failed === undefined ? undefined : await openForWriting(options.failed, '--failed');
  const results =
    out === undefined ? process.stdout : await openForWriting(out, '--out', done ? 'append' : 'new');
  const trace =
    options.trace === undefined ? undefined : new TraceWriter(await openForWriting(options.trace, '--trace'));
  const progress = new Progress({
    enabled: options.progress ?? false,
    total: total === undefined ? undefined : Math.max(0, total - skipped),
    stream: process.stderr,
  });
  const writer = new ResultsWriter(results, {
    failures,
    ordered,
    onFailure: (input, error) => {
      trace?.failed(input, error);
      progress.itemFailed(`manyhands: failed: ${describeFailure(input, error)}`);
    },
  });
  const windowSize = jobs * (ordered ? ORDERED_GROUPS_PER_WORKER : GROUPS_PER_WORKER);
  const groups = inGroups(done ? done.leave(items) : items, chunkSize);
  return { fn, groups, windowSize, run: { timeout, retries, chunkSize }, writer, trace, progress, skipped };
}

export async function runJob(job: MapJob, pool: Pool, stop: AbortSignal): Promise<void> {
  const { groups, windowSize, writer, trace, progress } = job;
  await runInWindow(groups, {
    size: windowSize,
    stop,
    run: (group) => runGroup(job, pool, group),
    deliver: async (outcomes) => {
      await Promise.all(outcomes.map(({ outcome, index }) => writer.write(outcome, index)));
      for (const _ of outcomes) progress.itemSettled();
    },
  });
  await writer.close();
  await trace?.close();
}

async function runGroup(
  { fn, run, trace }: MapJob,
  pool: Pool,
  group: readonly Numbered[],
): Promise<{ outcome: Outcome; index: number }[]> {
  const calls = group.map(({ item }) => [fn, item] as const);
  const settled = trace
    ? await pool.mapSettled(runCall, calls, run)
    : await pool.mapSettled(
        fn,
        group.map(({ item }) => item),
        run,
      );
  return settled.map((end, i) => {
    const { item: input, index } = group[i] as Numbered;
    if (end.status === 'rejected') return { outcome: { input, error: end.reason }, index };
    if (!trace) return { outcome: { input, result: end.value }, index };
    const { result, times } = end.value as Awaited<ReturnType<typeof runTimed>>;
    trace.ran(input, times);
    return { outcome: { input, result }, index };
  });
}

function runCall([fn, input]: readonly [ItemFunction, unknown]): ReturnType<typeof runTimed> {
  return runTimed(fn, input);
}

function describeFailure(input: unknown, error: unknown): string {
  const subject = typeof input === 'string' ? input : JSON.stringify(input);
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `${subject}: ${reason.split('\n', 1)[0]}`;
}
