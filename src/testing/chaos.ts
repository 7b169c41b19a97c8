// Chaos: processes that work on something shared are killed and paused, at named steps or at random, and what must hold is checked.
//
//   start N workers ─► pick some, and a way for each ─┬─ kill it at a kill point (a word in shared memory tells it which and when)
//        ▲                                            ├─ kill it at a random moment
//        │                                            └─ or pause one (SIGSTOP), let the others go on, let it go on
//        └── start others in their place ◄─── everybody left makes progress? ─► check() ─► next
//
// Several die at once if there are many: up to one less than half of them.
//
// Every choice comes from one seed. A run that fails says its seed; run again with it, it makes the same choices (when
// the operating system lets a process run is not among them).

import { constants, getPriority, setPriority } from 'node:os';
import { armKillPoint } from '../base/kill-point.js';
import { Process } from '../process/process.js';
import { RawArray } from '../sync/raw-array.js';
import { between, seeded } from './random.js';

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
  /** How many are killed; unless said: 10. Of six processes and more, several at once. */
  kills?: number;
  /** Kill points to choose from, besides random moments; of each worker by its index, if they differ. */
  points?: readonly string[] | ((index: number) => readonly string[]);
  /** How many passes of a kill point a worker may make before it dies there; unless said: 20. */
  mostPasses?: number;
  /** A worker that does not pass its kill point in so many milliseconds is killed where it is; unless said: 60. */
  patienceMs?: number;
  /** Without progress for so many milliseconds somebody hangs; unless said: 30,000. */
  hangMs?: number;
  /** Share of steps that pause a worker instead of killing one; unless said: 0.2. */
  pauses?: number;
  /** Unless said: MANYHANDS_CHAOS_SEED, or a new one. */
  seed?: number;
  /** Called after each death, or several at once; throws if something does not hold. */
  check?: () => void | Promise<void>;
}

export interface ChaosReport {
  readonly seed: number;
  readonly kills: number;
  readonly pauses: number;
  /** How many died at each kill point; the others were killed at a random moment. */
  readonly atPoints: Readonly<Record<string, number>>;
  /** How often each worker was killed and replaced, by its index. */
  readonly byWorker: readonly number[];
  /** From a death, or several at once, until some other worker had made progress. */
  readonly firstMs: readonly number[];
  /** From a death, or several at once, until every other worker had made progress. */
  readonly recoveryMs: readonly number[];
}

const MOST_PASSES = 20;
const RANDOM_DELAY_MS = 20;
const PAUSE_MS = 10;
const PATIENCE_MS = 60;
/** How much lower the priority of a worker is than that of a process that starts. */
const NICER = 5;
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
  /** For each worker: 0, or at which kill point it is to die, and at which pass. */
  readonly #orders: RawArray<'i'>;
  readonly #workers: Process[] = [];
  readonly #firstMs: number[] = [];
  readonly #recoveryMs: number[] = [];
  readonly #atPoints: Record<string, number> = {};
  readonly #byWorker: number[];
  #kills = 0;
  #pauses = 0;

  constructor(options: ChaosOptions<Args>, seed: number) {
    this.#options = options;
    this.#seed = seed;
    this.#random = seeded(seed);
    this.#progress = new RawArray('i', options.processes ?? 4);
    this.#orders = new RawArray('i', this.#progress.length);
    this.#byWorker = Array.from(this.#progress, () => 0);
  }

  async run(): Promise<ChaosReport> {
    const { kills = 10, pauses = 0.2, check } = this.#options;
    await Promise.all(Array.from({ length: this.#progress.length }, (_, index) => this.#start(index)));
    await this.#everybodyGoesOn();
    while (this.#kills < kills) {
      if (this.#random() < pauses) {
        await this.#pause(this.#pick());
        continue;
      }
      const victims = this.#pickVictims(kills - this.#kills);
      await Promise.all(victims.map((index) => this.#kill(index)));
      const { firstMs, allMs } = await this.#everybodyGoesOn(victims);
      this.#firstMs.push(firstMs);
      this.#recoveryMs.push(allMs);
      await check?.();
      await Promise.all(victims.map((index) => this.#start(index)));
    }
    await this.#everybodyGoesOn();
    return {
      seed: this.#seed,
      kills: this.#kills,
      pauses: this.#pauses,
      atPoints: this.#atPoints,
      byWorker: this.#byWorker,
      firstMs: this.#firstMs,
      recoveryMs: this.#recoveryMs,
    };
  }

  async end(): Promise<void> {
    for (const worker of this.#workers) worker.kill();
    await Promise.all(this.#workers.map((worker) => worker.join()));
  }

  #pick(): number {
    return between(this.#random, 0, this.#workers.length - 1);
  }

  #pickVictims(most: number): number[] {
    const atOnce = Math.max(1, Math.floor(this.#workers.length / 2) - 1);
    const count = Math.min(most, between(this.#random, 1, atOnce));
    const victims = new Set<number>();
    while (victims.size < count) victims.add(this.#pick());
    return [...victims];
  }

  async #start(index: number): Promise<void> {
    const { worker, args } = this.#options;
    const points = this.#pointsOf(index);
    this.#orders.set(index, 0);
    const process = new Process({
      name: `chaos-${index}`,
      daemon: true,
      target: runWorker<Args>,
      args: [worker, args, { index, progress: this.#progress, orders: this.#orders, points }],
    });
    this.#workers[index] = process as unknown as Process;
    await process.start();
  }

  /** Lets a worker die at a kill point, or kills it where it is. */
  async #kill(index: number): Promise<void> {
    const { mostPasses = MOST_PASSES, patienceMs = PATIENCE_MS } = this.#options;
    const points = this.#pointsOf(index);
    const worker = this.#workers[index];
    if (points.length > 0 && this.#random() < 0.7) {
      const point = between(this.#random, 1, points.length);
      this.#orders.set(index, point * 256 + between(this.#random, 1, mostPasses));
      await worker.join(patienceMs);
      if (!worker.isAlive()) this.#diedAt(points[point - 1]);
    } else {
      await worker.join(between(this.#random, 0, RANDOM_DELAY_MS));
    }
    worker.kill();
    await worker.join();
    if (worker.exitCode !== -9)
      throw new Error(`worker ${index} ended by itself: exit code ${worker.exitCode}`);
    this.#kills++;
    this.#byWorker[index]++;
  }

  #pointsOf(index: number): readonly string[] {
    const { points = [] } = this.#options;
    return typeof points === 'function' ? points(index) : points;
  }

  #diedAt(point: string): void {
    this.#atPoints[point] = (this.#atPoints[point] ?? 0) + 1;
  }

  async #pause(index: number): Promise<void> {
    const worker = this.#workers[index];
    if (!worker.isAlive()) return;
    this.#pauses++;
    process.kill(worker.pid as number, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (worker.isAlive()) process.kill(worker.pid as number, 'SIGCONT');
  }

  /** Resolves when every worker, but those being replaced, has made progress; how long the first and the last of them took. */
  async #everybodyGoesOn(except: readonly number[] = []): Promise<{ firstMs: number; allMs: number }> {
    const before = [...this.#progress];
    const since = performance.now();
    const others = this.#workers
      .map((worker, index) => ({ worker, index }))
      .filter(({ index }) => !except.includes(index));
    let firstMs = -1;
    for (;;) {
      const stuck = others.filter(({ index }) => this.#progress.get(index) === before[index]);
      const nowMs = performance.now() - since;
      if (firstMs < 0 && stuck.length < others.length) firstMs = nowMs;
      if (stuck.length === 0) return { firstMs: Math.max(0, firstMs), allMs: nowMs };
      const ended = stuck.find(({ worker }) => !worker.isAlive());
      if (ended) throw new Error(`${ended.worker} ended by itself: exit code ${ended.worker.exitCode}`);
      if (nowMs > (this.#options.hangMs ?? HANG_MS)) {
        const names = stuck.map(({ worker }) => String(worker)).join(', ');
        throw new Error(`no progress of ${names} after ${this.#kills} kills`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

/** What a worker is told besides its work: words in shared memory, by its index. */
interface Place {
  readonly index: number;
  readonly progress: RawArray<'i'>;
  readonly orders: RawArray<'i'>;
  readonly points: readonly string[];
}

function runWorker<Args extends unknown[]>(
  worker: (self: ChaosWorker, ...args: Args) => unknown,
  args: Args,
  { index, progress, orders, points }: Place,
): unknown {
  // Workers never rest: one that is starting would wait for its turn among them.
  setPriority(Math.min(getPriority() + NICER, constants.priority.PRIORITY_LOW));
  const self: ChaosWorker = {
    index,
    progress() {
      const order = orders.get(index);
      if (order !== 0) {
        orders.set(index, 0);
        armKillPoint(points[(order >> 8) - 1], order & 255);
      }
      progress.add(index, 1);
    },
  };
  return worker(self, ...args);
}
