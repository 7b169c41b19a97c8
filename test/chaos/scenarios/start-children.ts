// Children under fire: killed before, while and after they import what they are to run, and processes of a stock while they are
// idle and while they are handed out.
//
//   one start ─ the child is killed ─┬─ at a kill point: it waits, it is woken, it has taken its parcel      (spawn)
//                                    ├─ in the module it imports                                          (spawn, prefork)
//                                    ├─ by somebody else, some microseconds after the start has begun     (spawn, prefork)
//                                    └─ or one of the stock is, while nobody asks for it                  (prefork)
//   then: start() has resolved or rejected, what the child was given has come back, and the next start works

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  EOFError,
  getContext,
  Lock,
  Pipe,
  Process,
  ProcessCrashedError,
  Queue,
  type StartMethod,
  task,
} from '../../../src/index.js';
import type { ChaosReport } from '../../../src/testing/chaos.js';
import { between, pick, seeded } from '../../../src/testing/random.js';
import { scratchFolder } from '../../support/scratch.js';
import { withNothingLeft } from './nothing-left.js';
import type { Scenario, Size } from './scenario.js';

const childPoints = ['start.waiting', 'start.woken', 'start.taken'];
/** Two more ways to die, which the report shows as if they were points. */
const IN_IMPORT = 'import';
const IN_STOCK = 'stock';
const AT_RANDOM = 'random';
const MOST_DELAY_US = { spawn: 120_000, prefork: 1500, thread: 0 };
const HANG_MS = 300_000;

/** What is handed to every child: the end of a pipe and a lock, which it holds while it answers. */
type Given = [end: ReturnType<typeof Pipe<number>>[1], lock: Lock];

export const startChildrenScenario: Scenario = {
  name: 'Start: children',
  claim:
    'children are killed before, while and after they import, and so are those in stock; each start settles, and nothing is lost',
  async run(size) {
    const seed = Number(process.env['MANYHANDS_CHAOS_SEED'] ?? Date.now() % 2 ** 31);
    try {
      return await withNothingLeft(() => new ChildrenRun(size, seed).run());
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`start chaos with MANYHANDS_CHAOS_SEED=${seed}: ${reason}`, { cause });
    }
  },
};

class ChildrenRun {
  readonly #seed: number;
  readonly #random: () => number;
  readonly #kills: number;
  readonly #folder = scratchFolder();
  readonly #orders = new Queue<[pid: number, delayUs: number]>();
  readonly #assassin: Process;
  readonly #prefork = getContext('prefork');
  readonly #atPoints: Record<string, number> = {};
  readonly #recoveryMs: number[] = [];
  #deaths = 0;

  constructor({ kills }: Size, seed: number) {
    this.#seed = seed;
    this.#random = seeded(seed);
    this.#kills = kills;
    for (const [name, text] of Object.entries(modules)) writeFileSync(path.join(this.#folder, name), text);
    this.#assassin = new Process({
      target: killOnOrder,
      args: [this.#orders],
      daemon: true,
    }) as unknown as Process;
  }

  async run(): Promise<ChaosReport> {
    try {
      await this.#assassin.start();
      while (this.#deaths < this.#kills) {
        await this.#round();
        const since = performance.now();
        await this.#startInPeace(pick(this.#random, ['spawn', 'prefork'] as const));
        this.#recoveryMs.push(performance.now() - since);
      }
    } finally {
      await this.#end();
    }
    return {
      seed: this.#seed,
      kills: this.#deaths,
      pauses: 0,
      atPoints: this.#atPoints,
      byWorker: [],
      firstMs: this.#recoveryMs,
      recoveryMs: this.#recoveryMs,
    };
  }

  async #end(): Promise<void> {
    if (this.#assassin.pid !== undefined) this.#assassin.kill();
    await this.#assassin.join();
  }

  async #round(): Promise<void> {
    const method = pick(this.#random, ['spawn', 'prefork'] as const);
    const ways =
      method === 'spawn' ? [...childPoints, IN_IMPORT, AT_RANDOM] : [IN_IMPORT, AT_RANDOM, IN_STOCK];
    const way = pick(this.#random, ways);
    if (way === IN_STOCK) return this.#killIdleSpare();
    const env = childPoints.includes(way) ? { env: { ...process.env, MANYHANDS_KILL_AT: way } } : {};
    const target = this.#target(way === IN_IMPORT ? 'dying.mjs' : 'living.mjs');
    const spare = method === 'prefork' ? this.#spare() : undefined;
    if (way === AT_RANDOM && spare !== undefined) await this.#order(spare, MOST_DELAY_US.prefork);
    const { child, start, ended } = this.#begin(target, method, env);
    if (way === AT_RANDOM && spare === undefined && child.pid !== undefined)
      await this.#order(child.pid, MOST_DELAY_US.spawn);
    const outcome = await start;
    await ended;
    if (child.exitCode === -9) this.#died(way);
    else if (spare !== undefined && child.pid !== spare && outcome === 'started') this.#died(IN_STOCK);
    else if (way !== AT_RANDOM)
      throw new Error(`a child that was to die (${way}) ended with ${child.exitCode}`);
  }

  /** A child that answers, and is not disturbed. */
  async #startInPeace(method: StartMethod): Promise<void> {
    const { child, start, ended } = this.#begin(this.#target('living.mjs'), method);
    assert.equal(await start, 'started', 'a start nobody disturbed');
    assert.equal(await ended, 'answered');
    assert.equal(child.exitCode, 0);
  }

  /**
   * Begins a start. `start` says how it settled; `ended` resolves when the child has ended and what it was given has come back.
   */
  #begin(target: (...given: Given) => Promise<void>, context: StartMethod, options: object = {}) {
    const [ours, theirs] = Pipe<number>();
    const lock = new Lock();
    const child = new Process<Given, Promise<void>>({ target, args: [theirs, lock], context, ...options });
    const start = this.#soon(
      child.start().then(
        () => 'started' as const,
        (error) => {
          assert.ok(error instanceof ProcessCrashedError, String(error));
          return 'crashed' as const;
        },
      ),
      'a start',
    );
    theirs.close();
    const ended = this.#soon(this.#endOf(child, start, ours, lock), 'what a child was given');
    return { child, start, ended };
  }

  async #endOf(child: Process<Given, Promise<void>>, start: Promise<unknown>, ours: Given[0], lock: Lock) {
    await start;
    let answered = false;
    for (;;) {
      const message = await ours.recv().catch((error: unknown) => error);
      if (message instanceof EOFError) break;
      assert.equal(message, child.pid);
      answered = true;
    }
    ours.close();
    using guard = await lock.hold();
    if (answered && child.exitCode === 0) assert.equal(guard.abandoned, false);
    await child.join();
    return answered ? 'answered' : 'silent';
  }

  async #killIdleSpare(): Promise<void> {
    const spare = this.#spare();
    if (spare === undefined) return;
    process.kill(spare, 'SIGKILL');
    this.#died(IN_STOCK);
  }

  #target(module: keyof typeof modules) {
    return task<(...given: Given) => Promise<void>>(
      pathToFileURL(path.join(this.#folder, module)).href,
      'answers',
    );
  }

  #spare(): number | undefined {
    return this.#prefork.spares().find(({ ready }) => ready)?.pid;
  }

  #order(pid: number, mostDelayUs: number): Promise<void> {
    return this.#orders.put([pid, between(this.#random, 0, mostDelayUs)]);
  }

  #died(way: string): void {
    this.#deaths++;
    this.#atPoints[way] = (this.#atPoints[way] ?? 0) + 1;
  }

  async #soon<T>(promise: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const hangs = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} hangs after ${this.#deaths} kills`)), HANG_MS);
    });
    return Promise.race([promise, hangs]).finally(() => clearTimeout(timer));
  }
}

/** In a process of its own, as the start of a process in stock blocks the one that asks for it. */
function killOnOrder(orders: Queue<[pid: number, delayUs: number]>): void {
  for (;;) {
    const [pid, delayUs] = orders.getSync();
    const until = performance.now() + delayUs / 1000;
    while (performance.now() < until);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
}

const answers = `
export async function answers(end, lock) {
  await lock.acquire();
  await end.send(process.pid);
  lock.release();
}
`;

/** What children import: a module, and one that kills who imports it, unless it is this process. */
const modules = {
  'living.mjs': answers,
  'dying.mjs': `if (process.pid !== ${process.pid}) { process.kill(process.pid, 'SIGKILL'); for (;;); }\n${answers}`,
};
