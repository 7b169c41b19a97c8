// Chaos on a pool: its workers are killed and paused, at named steps or at random, while items come and go; each settles exactly once.
//
//   round: apply, mapSettled, imap, an aborted map, items with timeouts and retries ─┬─ some items arm a kill point in their worker
//                                                                                    ├─ a worker is killed from outside
//                                                                                    └─ one is paused (SIGSTOP), and goes on
//   after each round: every item has come to its value, or to an error that it may come to, and nothing is pending
//
// Every choice comes from one seed, as in chaos.ts.

import { armKillPoint } from '../base/kill-point.js';
import { currentTask } from '../pool/current-task.js';
import { Pool } from '../pool/pool.js';
import type { ChaosReport } from './chaos.js';
import { between, pick, seeded } from './random.js';

export interface PoolChaosOptions {
  /** Workers; unless said: 4. */
  processes?: number;
  /** Deaths of workers until it ends; unless said: 10. */
  kills?: number;
  /** Kill points to choose from. */
  points: readonly string[];
  /** Unless said: MANYHANDS_CHAOS_SEED, or a new one. */
  seed?: number;
}

/** What the items of a round may become, besides their value. */
const ALLOWED = new Set(['WorkerCrashedError']);
const ITEMS = 60;
/** So many of the items of bursts arm a kill point: several workers die in each round, often at once. */
const ARMED_SHARE = 0.08;
const PAUSE_MS = 10;
const HANG_MS = 60_000;
const NO_ORDER = '';

/** One item: its number, and at which pass of which kill point its worker is to die. */
type Item = readonly [n: number, point: string, pass: number];

/** @throws {Error} If an item does not settle as it must; the message begins with the seed. */
export async function poolChaos(options: PoolChaosOptions): Promise<ChaosReport> {
  const seed = options.seed ?? Number(process.env['MANYHANDS_CHAOS_SEED'] ?? Date.now() % 2 ** 31);
  const run = new PoolRun(options, seed);
  try {
    return await run.run();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`pool chaos with MANYHANDS_CHAOS_SEED=${seed}: ${reason}`, { cause });
  } finally {
    await run.end();
  }
}

class PoolRun {
  readonly #seed: number;
  readonly #random: () => number;
  readonly #points: readonly string[];
  readonly #kills: number;
  readonly #processes: number;
  readonly #firstMs: number[] = [];
  readonly #recoveryMs: number[] = [];
  #pool: Pool;
  #crashedBefore = 0;
  #pauses = 0;
  /** How often each kill point was armed: where a worker died the pool does not know. */
  readonly #armed: Record<string, number> = {};

  constructor({ processes = 4, kills = 10, points }: PoolChaosOptions, seed: number) {
    this.#seed = seed;
    this.#random = seeded(seed);
    this.#points = points;
    this.#kills = kills;
    this.#processes = processes;
    this.#pool = this.#open();
  }

  async run(): Promise<ChaosReport> {
    while (this.#crashed < this.#kills) {
      await this.#within(this.#round(), 'a round');
      if (this.#random() < 0.1) await this.#replacePool();
    }
    const kills = this.#crashed;
    return {
      seed: this.#seed,
      kills,
      pauses: this.#pauses,
      atPoints: this.#armed,
      byWorker: [],
      firstMs: this.#firstMs,
      recoveryMs: this.#recoveryMs,
    };
  }

  async end(): Promise<void> {
    await this.#pool.terminate();
  }

  get #crashed(): number {
    return this.#crashedBefore + this.#pool.stats().crashed;
  }

  #open(): Pool {
    return new Pool(this.#processes, { maxTasksPerChild: between(this.#random, 20, 200) });
  }

  async #round(): Promise<void> {
    const attacks = Promise.all([this.#attack(), this.#attack()]);
    await Promise.all([
      this.#calls(),
      this.#settled(),
      this.#retried(),
      this.#streamed(),
      this.#timed(),
      this.#aborted(),
    ]);
    await attacks;
    const { pending } = this.#pool.stats();
    if (pending !== 0) throw new Error(`${pending} items are pending after all have settled`);
  }

  /** Each of a burst of calls settles once. */
  async #calls(): Promise<void> {
    const items = this.#items();
    const settled = new Array<number>(items.length).fill(0);
    const calls = items.map((item, i) =>
      this.#pool.apply(work, [item]).finally(() => {
        settled[i]++;
      }),
    );
    this.#check(items, await Promise.allSettled(calls), ALLOWED);
    if (settled.some((times) => times !== 1)) throw new Error(`a call settled ${Math.max(...settled)} times`);
  }

  async #settled(): Promise<void> {
    const items = this.#items();
    const chunkSize = pick(this.#random, ['auto', 1, 7, 30] as const);
    this.#check(items, await this.#pool.mapSettled(work, items, { chunkSize }), ALLOWED);
  }

  /** With retries every item comes to its value: a kill point is armed in the first run only. */
  async #retried(): Promise<void> {
    const items = this.#items();
    const outcomes = await this.#pool.mapSettled(work, items, { retries: 20, chunkSize: 9 });
    this.#check(items, outcomes, ALLOWED); // five deaths in a row from outside are its end, all the same
  }

  async #streamed(): Promise<void> {
    const items = this.#items(NO_ORDER);
    const seen = new Set<number>();
    try {
      for await (const n of this.#pool.imapUnordered(work, items, { retries: 4, maxInFlight: 20 })) {
        if (seen.has(n)) throw new Error(`item ${n} came twice`);
        seen.add(n);
      }
    } catch (error) {
      if (!(error instanceof Error) || !ALLOWED.has(error.name)) throw error;
      return;
    }
    if (seen.size !== items.length) throw new Error(`${items.length - seen.size} items are missing`);
  }

  /** Items that hang are ended, and only they; some of them hear it. */
  async #timed(): Promise<void> {
    const items = this.#items(NO_ORDER).slice(0, 6);
    const outcomes = await this.#pool.mapSettled(hangSometimes, items, { timeout: 300, chunkSize: 3 });
    this.#check(items, outcomes, new Set([...ALLOWED, 'TimeoutError']));
    const hung = outcomes.filter((_, i) => items[i][0] % 3 === 0);
    if (hung.some(({ status }) => status === 'fulfilled')) throw new Error('an item that hangs has a value');
  }

  async #aborted(): Promise<void> {
    const stop = new AbortController();
    const reason = new Error('enough');
    const running = this.#pool.map(hangSometimes, this.#items(NO_ORDER), { signal: stop.signal });
    setTimeout(() => stop.abort(reason), between(this.#random, 0, 30));
    const error = await running.then(
      () => new Error('it has values'),
      (error: unknown) => error,
    );
    if (error !== reason && !(error instanceof Error && ALLOWED.has(error.name))) throw error;
  }

  /** A worker is killed or paused after a while. */
  async #attack(): Promise<void> {
    await sleep(between(this.#random, 0, 50));
    const { pids } = this.#pool.stats();
    if (pids.length === 0) return;
    const pid = pick(this.#random, pids);
    const kills = this.#random() < 0.6;
    try {
      process.kill(pid, kills ? 'SIGKILL' : 'SIGSTOP');
      if (kills) {
        await this.#noteRecovery();
        return;
      }
      this.#pauses++;
      await sleep(PAUSE_MS);
      process.kill(pid, 'SIGCONT');
    } catch {
      // It had ended by itself meanwhile.
    }
  }

  /** How long it takes until an item has ended again, and until there are as many workers as before. */
  async #noteRecovery(): Promise<void> {
    const since = performance.now();
    const { completed } = this.#pool.stats();
    const goesOn = () => this.#pool.stats().completed > completed || this.#pool.stats().pending === 0;
    while (!goesOn()) await sleep(1);
    this.#firstMs.push(performance.now() - since);
    while (this.#pool.stats().ready < this.#processes) await sleep(1);
    this.#recoveryMs.push(performance.now() - since);
  }

  /** The end of a pool, with items pending, settles them all; a new one goes on. */
  async #replacePool(): Promise<void> {
    const ended = this.#pool;
    const pending = ended.mapSettled(work, this.#items());
    if (this.#random() < 0.5) {
      const terminated = ended.terminate();
      const error = await this.#within(
        pending.catch((error: unknown) => error),
        'what was pending',
      );
      if (!(error instanceof Error) || error.name !== 'PoolTerminatedError') throw new Error(String(error));
      await this.#within(terminated, 'terminate()');
    } else {
      ended.close();
      await this.#within(pending, 'what was pending');
      await this.#within(ended.join(), 'join()');
    }
    this.#crashedBefore += ended.stats().crashed;
    this.#pool = this.#open();
  }

  #items(point?: string): Item[] {
    return Array.from({ length: ITEMS }, (_, n) => {
      const isArmed = point === undefined && this.#random() < ARMED_SHARE;
      return [n, isArmed ? this.#arm() : NO_ORDER, between(this.#random, 1, 5)];
    });
  }

  #arm(): string {
    const point = pick(this.#random, this.#points);
    this.#armed[point] = (this.#armed[point] ?? 0) + 1;
    return point;
  }

  #check(
    items: readonly Item[],
    outcomes: PromiseSettledResult<number>[],
    allowed: ReadonlySet<string>,
  ): void {
    if (outcomes.length !== items.length) throw new Error(`${outcomes.length} outcomes of ${items.length}`);
    outcomes.forEach((outcome, i) => {
      if (outcome.status === 'fulfilled') {
        if (outcome.value !== items[i][0]) throw new Error(`item ${i} came to ${outcome.value}`);
      } else if (!allowed.has(outcome.reason?.name)) throw outcome.reason;
    });
  }

  /** @throws {Error} If nothing moves any more: no item is completed, no worker started, for a long time. */
  async #within<T>(promise: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const hang = new Promise<never>((_, reject) => {
      let before = '';
      timer = setInterval(() => {
        const now = JSON.stringify(this.#pool.stats(), [
          'completed',
          'pending',
          'ready',
          'started',
          'crashed',
        ]);
        if (now === before) reject(new Error(`${what} hangs: ${now}`));
        before = now;
      }, HANG_MS);
    });
    try {
      return await Promise.race([promise, hang]);
    } finally {
      clearInterval(timer);
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs in a worker. */
function work([n, point, pass]: Item): number | Promise<number> {
  if (point !== '') armKillPoint(point, pass);
  return n % 4 === 0 ? Promise.resolve(n) : n;
}

/** Runs in a worker: every third item hangs, every sixth of them until it is asked to end. */
async function hangSometimes([n]: Item): Promise<number> {
  if (n % 3 !== 0) return n;
  const { signal } = currentTask();
  return new Promise((resolve) => {
    if (n % 6 === 0) signal.addEventListener('abort', () => resolve(n));
  });
}
