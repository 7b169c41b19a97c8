// `manyhands map MODULE[#EXPORT] [INPUTS…]`: runs a function over many inputs in a pool of processes.
import { Pool } from '../pool/pool.js';
import { itemsPerSecond } from '../pool/progress-bar.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { type ItemFunction, loadFunction } from './function-reference.js';
import { type Inputs, openInputs } from './inputs.js';
import { Interruption } from './interruption.js';
import { runInWindow } from './item-window.js';
import { Progress } from './progress.js';
import { type Outcome, openForWriting, ResultsWriter } from './results-writer.js';

export interface MapOptions {
  readonly jobs: number;
  /** A file whose lines are the items. */
  readonly input?: string;
  readonly out?: string;
  readonly failed?: string;
  readonly ordered?: boolean;
  readonly progress?: boolean;
}

/** Enough in flight that a worker finds its next item waiting, and few enough that Ctrl-C ends soon. */
const itemsPerWorker = 4;
/** In order, one slow item must not stop the other workers. */
const orderedItemsPerWorker = 64;

/** @throws {UsageError} If the module, its export or the inputs are not there. */
export async function mapCommand(
  reference: string,
  patterns: string[],
  options: MapOptions,
): Promise<ExitCode> {
  let job: MapJob | undefined;
  using interruption = new Interruption({
    onFirst: () => job?.progress.say('manyhands: finishing what runs (Ctrl-C again to end at once)'),
    onSecond: () => {
      job?.progress.stop();
      process.exit(exitCodes.interrupted);
    },
  });
  job = await prepare(reference, patterns, options, interruption.signal);
  const pool = new Pool(options.jobs, { initializer: ignoreInterrupt, name: 'map' });
  try {
    await runJob(job, pool, interruption.signal);
    await pool.close();
  } catch (error) {
    await pool.terminate();
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    return exitCodes.someFailed; // `manyhands map … | head`: nobody reads on, and nobody needs to be told
  } finally {
    job.progress.stop();
    await pool.join();
  }
  process.stderr.write(`${summary(job, options.jobs)}\n`);
  if (interruption.signal.aborted) return exitCodes.interrupted;
  return job.writer.failed > 0 ? exitCodes.someFailed : exitCodes.allDone;
}

/** Everything that can turn out to be wrong usage, found or opened before a process is started. */
interface MapJob {
  readonly fn: ItemFunction;
  readonly inputs: Inputs;
  readonly windowSize: number;
  readonly writer: ResultsWriter;
  readonly progress: Progress;
}

async function prepare(
  reference: string,
  patterns: string[],
  options: MapOptions,
  signal: AbortSignal,
): Promise<MapJob> {
  const fn = await loadFunction(reference);
  const inputs = await openInputs({ patterns, file: options.input, stdin: process.stdin, signal });
  const failures =
    options.failed === undefined ? undefined : await openForWriting(options.failed, '--failed');
  const results = options.out === undefined ? process.stdout : await openForWriting(options.out, '--out');
  const ordered = options.ordered ?? false;
  const progress = new Progress({
    enabled: options.progress ?? false,
    total: inputs.total,
    stream: process.stderr,
  });
  const writer = new ResultsWriter(results, {
    failures,
    ordered,
    onFailure: (input, error) => progress.itemFailed(`manyhands: failed: ${describeFailure(input, error)}`),
  });
  const windowSize = options.jobs * (ordered ? orderedItemsPerWorker : itemsPerWorker);
  return { fn, inputs, windowSize, writer, progress };
}

async function runJob(job: MapJob, pool: Pool, stop: AbortSignal): Promise<void> {
  const { fn, inputs, windowSize, writer, progress } = job;
  await runInWindow(inputs.items, {
    size: windowSize,
    stop,
    run: (item) => runItem(pool, fn, item),
    deliver: async (outcome, index) => {
      await writer.write(outcome, index);
      progress.itemSettled();
    },
  });
  await writer.close();
}

/** Runs in each worker: Ctrl-C reaches the whole process group, and ours to decide is what it means. */
function ignoreInterrupt(): void {
  process.on('SIGINT', () => {});
}

async function runItem(pool: Pool, fn: ItemFunction, item: unknown): Promise<Outcome> {
  try {
    return { input: item, result: await pool.apply(fn, [item]) };
  } catch (error) {
    return { input: item, error };
  }
}

function describeFailure(input: unknown, error: unknown): string {
  const subject = typeof input === 'string' ? input : JSON.stringify(input);
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `${subject}: ${reason.split('\n', 1)[0]}`;
}

function summary({ writer, progress }: MapJob, jobs: number): string {
  const settled = writer.done + writer.failed;
  const seconds = (progress.elapsedMs / 1000).toFixed(1);
  const rate = itemsPerSecond(settled, progress.elapsedMs);
  const workers = jobs === 1 ? '1 worker' : `${jobs} workers`;
  return `manyhands: ${writer.done} done, ${writer.failed} failed in ${seconds} s by ${workers} (${rate}/s)`;
}
