// Chaos: processes that work on something shared are killed and paused, at named steps or at random, and what must hold is checked.
//
//   start N workers ─► pick one, pick a way ─┬─ kill it at a kill point (armed when it starts, at its n-th pass)
//        ▲                                   ├─ kill it at a random moment
//        │                                   └─ pause it (SIGSTOP), let the others go on, let it go on
//        └── start another in its place ◄─── everybody left makes progress? ─► check() ─► next
//
// Every choice comes from one seed. A run that fails says its seed; run again with it, it makes the same choices (when
// the operating system lets a process run is not among them).

import { armKillPoint } from '../base/kill-point.js';
import { Process } from '../process/process.js';
import { RawArray } from '../sync/raw-array.js';
import { between, pick, seeded } from './random.js';

/** What a worker is given: it calls `progress()` after every piece of work, and works until it is killed. */
export interface ChaosWorker {
  /** Number of the worker: 0 to processes - 1; a replacement has the number of the one it replaces. */
  readonly index: number;
  progress(): void;
}

export interface ChaosOptions<Args extends unknown[]> {
  /** What each worker does, for ever. It travels as the target of a process does. */
  worker: (self: ChaosWorker, ...args: Args) => unknown;
  args: Args;
  /** Unless said: 4. */
  processes?: number;
  /** How many are killed; unless said: 10. */
  kills?: number;
  /** Kill points to choose from, besides random moments. */
  points?: readonly string[];
  /** Share of steps that pause a worker instead of killing one; unless said: 0.2. */
  pauses?: number;
  /** Unless said: MANYHANDS_CHAOS_SEED, or a new one. */
  seed?: number;
  /** Called after each kill; throws if something does not hold. */
  check?: () => void | Promise<void>;
}

export interface ChaosReport {
  readonly seed: number;
  readonly kills: number;
  readonly pauses: number;
  /** From the death of a worker until every other one had made progress, for each kill. */
  readonly recoveryMs: readonly number[];
}

/** How many passes of a kill point a worker may make before it dies there. */
const MOST_PASSES = 40;
const RANDOM_DELAY_MS = 20;
const PAUSE_MS = 10;
/** A worker that does not pass its kill point by then is killed where it is. */
const PATIENCE_MS = 2000;
/** Nobody may wait so long for the dead. */
const HANG_MS = 30_000;

/**
 * Runs workers and kills them.
 * @throws What `check` throws, or an Error that names who makes no progress; the message begins with the seed.
 */
export async function chaos<Args extends unknown[]>(options: ChaosOptions<Args>): Promise<ChaosReport> {
  const seed = options.seed ?? Number(process.env['MANYHANDS_CHAOS_SEED'] ?? Date.now() % 2 ** 31);
  const run = new ChaosRun(options, seed);
  try {
    return await run.run();
  } catch (cause) {
    throw new Error(
      `chaos with MANYHANDS_CHAOS_SEED=${seed}: ${String((cause as Error)?.message ?? cause)}`,
      { cause },
    );
  } finally {
    await run.end();
  }
}

class ChaosRun<Args extends unknown[]> {
  readonly #options: ChaosOptions<Args>;
  readonly #seed: number;
  readonly #random: () => number;
  readonly #progress: RawArray<'i'>;
  readonly #workers: Process[] = [];
  readonly #recoveryMs: number[] = [];
  #kills = 0;
  #pauses = 0;

  constructor(options: ChaosOptions<Args>, seed: number) {
    this.#options = options;
    this.#seed = seed;
    this.#random = seeded(seed);
    this.#progress = new RawArray('i', options.processes ?? 4);
  }

  async run(): Promise<ChaosReport> {
    const { kills = 10, pauses = 0.2, check } = this.#options;
    await Promise.all(Array.from({ length: this.#progress.length }, (_, index) => this.#start(index)));
    await this.#everybodyGoesOn();
    while (this.#kills < kills) {
      const index = between(this.#random, 0, this.#workers.length - 1);
      if (this.#random() < pauses) {
        await this.#pause(index);
        continue;
      }
      await this.#kill(index);
      await this.#everybodyGoesOn(index);
      this.#recoveryMs.push(performance.now() - this.#diedAtMs);
      await check?.();
      await this.#start(index);
    }
    await this.#everybodyGoesOn();
    return { seed: this.#seed, kills: this.#kills, pauses: this.#pauses, recoveryMs: this.#recoveryMs };
  }

  async end(): Promise<void> {
    for (const worker of this.#workers) worker.kill();
    await Promise.all(this.#workers.map((worker) => worker.join()));
  }

  #diedAtMs = 0;

  async #start(index: number): Promise<void> {
    const { points = [], worker, args } = this.#options;
    const point = points.length > 0 && this.#random() < 0.7 ? pick(this.#random, points) : '';
    const pass = between(this.#random, 1, MOST_PASSES);
    const process = new Process({
      name: `chaos-${index}`,
      daemon: true,
      target: runWorker<Args>,
      args: [worker, args, index, this.#progress, point, pass],
    });
    this.#workers[index] = process as unknown as Process;
    await process.start();
    void process.join().then(() => {
      this.#diedAtMs = performance.now();
    });
  }

  /** Lets a worker die at its kill point, or kills it where it is. */
  async #kill(index: number): Promise<void> {
    const worker = this.#workers[index];
    await worker.join(between(this.#random, 0, RANDOM_DELAY_MS));
    const waitsForPoint = this.#random() < 0.5;
    if (worker.isAlive() && waitsForPoint) await worker.join(PATIENCE_MS / 10);
    worker.kill();
    await worker.join();
    if (worker.exitCode !== -9)
      throw new Error(`worker ${index} ended by itself: exit code ${worker.exitCode}`);
    this.#kills++;
  }

  async #pause(index: number): Promise<void> {
    const worker = this.#workers[index];
    if (!worker.isAlive()) return;
    this.#pauses++;
    process.kill(worker.pid as number, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (worker.isAlive()) process.kill(worker.pid as number, 'SIGCONT');
  }

  /** Resolves when every worker alive, but the one being replaced, has made progress. */
  async #everybodyGoesOn(except = -1): Promise<void> {
    const before = [...this.#progress];
    const since = performance.now();
    for (;;) {
      const stuck = this.#workers
        .map((worker, index) => ({ worker, index }))
        .filter(
          ({ worker, index }) =>
            index !== except && worker.isAlive() && this.#progress.get(index) === before[index],
        );
      if (stuck.length === 0) return;
      if (performance.now() - since > HANG_MS) {
        throw new Error(
          `no progress of ${stuck.map(({ worker }) => String(worker)).join(', ')} after ${this.#kills} kills`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

function runWorker<Args extends unknown[]>(
  worker: (self: ChaosWorker, ...args: Args) => unknown,
  args: Args,
  index: number,
  progress: RawArray<'i'>,
  point: string,
  pass: number,
): unknown {
  if (point !== '') armKillPoint(point, pass);
  return worker({ index, progress: () => void progress.add(index, 1) }, ...args);
}
