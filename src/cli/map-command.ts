// `manyhands map MODULE[#EXPORT] [INPUTS…]`: runs a function over many inputs in a pool of processes.
import { Pool } from '../pool/pool.js';
import { itemsPerSecond } from '../pool/progress-bar.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { Interruption } from './interruption.js';
import { type MapJob, prepareJob, runJob } from './map-job.js';
import type { MapOptions } from './map-options.js';

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
  job = await prepareJob(reference, patterns, options, interruption.signal);
  const pool = new Pool(options.jobs, { initializer: ignoreInterrupt, name: 'map' });
  try {
    await runJob(job, pool, interruption.signal);
    pool.close();
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

/** Runs in each worker: Ctrl-C reaches the whole process group, and ours to decide is what it means. */
function ignoreInterrupt(): void {
  process.on('SIGINT', () => {});
}

function summary({ writer, progress, skipped }: MapJob, jobs: number): string {
  const settled = writer.done + writer.failed;
  const seconds = (progress.elapsedMs / 1000).toFixed(1);
  const rate = itemsPerSecond(settled, progress.elapsedMs);
  const before = skipped === 0 ? '' : `, ${skipped} before`;
  const workers = jobs === 1 ? '1 worker' : `${jobs} workers`;
  return `manyhands: ${writer.done} done, ${writer.failed} failed${before} in ${seconds} s by ${workers} (${rate}/s)`;
}
