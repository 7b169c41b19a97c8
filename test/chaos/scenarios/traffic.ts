// Traffic through one queue: producers and consumers are killed at every labelled step, and every item is accounted for.
//
//   producers (even) ──queue──► consumers (odd) ──acknowledged──► this process
//        └── ledger: the last item of each life that was certainly put
//
// A life is one process: its items are numbered from 0, and a replacement begins a new life.

import assert from 'node:assert/strict';
import { JoinableQueue, Queue, RawArray } from '../../../src/index.js';
import { type ChaosReport, type ChaosWorker, chaos } from '../../../src/testing/chaos.js';
import { memoryInUse } from '../memory-in-use.js';
import { type Scenario, waitingPoints } from './scenario.js';

interface Item {
  readonly life: number;
  readonly n: number;
  readonly payload?: Buffer | string;
}
type Receipt = [consumer: number, life: number, n: number];

const putPoints = [
  'queue.put.written',
  'queue.put.sealed',
  'queue.put.committed',
  'queue.put.released',
  'queue.put.spare',
  'queue.put.segment',
  'queue.put.linked',
];
const putManyPoints = ['queue.put-many.written', 'queue.put-many.committed'];
const getPoints = [
  'queue.get.copied',
  'queue.get.committed',
  'queue.get.released',
  'queue.get.owned',
  'queue.get.unlinked',
  'queue.get.spared',
];
const countedPoints = [
  'joinable.get.claimed',
  'joinable.get.taken',
  'joinable.get.counted',
  'joinable.done.counted',
];
const keptPutPoints = ['joinable.put.stored', 'joinable.put.half', 'joinable.put.sealed'];
const keptGetPoints = [
  'joinable.get.kept',
  'joinable.done.marked',
  'joinable.done.half',
  'joinable.done.owned',
  'joinable.done.counted',
  'joinable.recover.half',
];
/** Most items a consumer has in its hands. */
const MOST_IN_HAND = 4;
const JOIN_MS = 30_000;
/** Producers of a queue without a limit wait while it holds more. */
const MOST_QUEUED = 500;

interface Variant {
  readonly name: string;
  readonly claim: string;
  readonly make: () => Queue<Item>;
  readonly putPoints: readonly string[];
  readonly getPoints: readonly string[];
  /** Whether items of the dead come again. */
  readonly redeliver: boolean;
  /** All items small, and many put at once: they go together in frames. */
  readonly manyInFrame?: boolean;
}

async function produce(self: ChaosWorker, queue: Queue<Item>, ledger: RawArray<'i'>, manyInFrame: boolean) {
  const life = ledger.add(0, 1);
  const lastPut = 2 + 2 * self.index;
  ledger.set(lastPut, -1);
  ledger.set(lastPut - 1, life);
  for (let n = 0, turn = 1; ; turn++) {
    const length = manyInFrame ? 10 + (turn % 50) : 1 + (n % 3);
    const items: Item[] = Array.from({ length }, (_, i) =>
      manyInFrame ? { life, n: n + i } : itemOf(life, n + i),
    );
    if (manyInFrame || n % 7 === 0) await queue.putMany(items);
    else for (const item of items) await (n % 2 ? queue.putSync(item) : queue.put(item));
    n += items.length;
    ledger.set(lastPut, n - 1);
    self.progress();
    // A pause now and then: what takes time in a long run is the start of replacements, and that needs a core.
    while (turn % 10 === 0 || queue.qsize() > MOST_QUEUED) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (queue.qsize() <= MOST_QUEUED) break;
    }
  }
}

/** Most are small, some fill a ring segment soon, some are too large for one. */
function itemOf(life: number, n: number): Item {
  if (n % 11 === 0) return { life, n, payload: Buffer.alloc(20_000, n % 256) };
  if (n % 5 === 0) return { life, n, payload: String(n % 10).repeat(6000) };
  return { life, n };
}

function isWhole({ n, payload }: Item): boolean {
  if (payload === undefined) return true;
  if (typeof payload === 'string') return payload === String(n % 10).repeat(6000);
  return payload.length === 20_000 && payload.every((byte) => byte === n % 256);
}

async function consume(self: ChaosWorker, queue: Queue<Item>, receipts: Queue<Receipt>, life: number) {
  for (let turn = 0; ; turn++) {
    const items =
      turn % 3 === 0
        ? await queue.getMany(MOST_IN_HAND)
        : [turn % 3 === 1 ? await queue.get() : queue.getSync()];
    for (const item of items) {
      if (!isWhole(item)) throw new Error(`item ${item.n} of life ${item.life} is torn`);
      receipts.putSync([life, item.life, item.n]);
      if (queue instanceof JoinableQueue) queue.taskDone();
    }
    self.progress();
  }
}

function trafficScenario(variant: Variant): Scenario {
  return {
    name: variant.name,
    claim: variant.claim,
    async run({ kills, processes }) {
      // Two of each kind at least: when one is killed, the other one must be able to go on.
      const size = { kills, processes: Math.max(4, processes) };
      const queue = variant.make();
      const receipts = new Queue<Receipt>();
      const ledger = new RawArray('i', 1 + 2 * size.processes);
      const books = new Books();
      await queue.put({ life: -1, n: 0 });
      await receipts.put([-1, -1, 0]);
      for (const each of [queue, receipts]) await each.get();
      if (queue instanceof JoinableQueue) queue.taskDone();
      const before = memoryInUse();

      let running = true;
      const clerk = (async () => {
        while (running || !receipts.empty()) {
          const batch = await receipts.getMany(100, 50).catch(() => []);
          for (const receipt of batch) books.enter(receipt);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      const report = await chaos({
        ...size,
        points: (index) => [
          ...(index % 2 === 0 ? variant.putPoints : [...variant.getPoints, ...putPoints]),
          ...waitingPoints,
        ],
        args: [queue, receipts, ledger, variant.manyInFrame ?? false],
        worker: (
          self: ChaosWorker,
          queue: Queue<Item>,
          receipts: Queue<Receipt>,
          ledger: RawArray<'i'>,
          manyInFrame: boolean,
        ) =>
          self.index % 2 === 0
            ? produce(self, queue, ledger, manyInFrame)
            : consume(self, queue, receipts, ledger.add(0, 1)),
        check: () => books.notePuts(ledger),
      });
      books.notePuts(ledger);
      running = false;
      await clerk;
      const joining = queue instanceof JoinableQueue ? queue.join(JOIN_MS) : undefined;
      while (!queue.empty()) {
        const { life, n } = await queue.get();
        books.enter([-1, life, n]);
        if (queue instanceof JoinableQueue) queue.taskDone();
      }
      await joining;
      books.audit(consumerDeaths(report) * MOST_IN_HAND, variant.redeliver);
      assert.deepEqual(leftOver(before), {}, 'memory of the dead is not given back');
      return report;
    },
  };
}

/** What came of every item of every life. */
class Books {
  /** How often each item of a life was received. */
  readonly #times = new Map<number, number[]>();
  readonly #lastPut = new Map<number, number>();
  /** The last item of a life that a consumer had. */
  readonly #lastOf = new Map<string, number>();
  #outOfOrder = 0;

  enter([consumer, life, n]: Receipt): void {
    const times = this.#times.get(life) ?? [];
    this.#times.set(life, times);
    while (times.length <= n) times.push(0);
    times[n]++;
    const pair = `${consumer} ${life}`;
    if (n <= (this.#lastOf.get(pair) ?? -1)) this.#outOfOrder++;
    this.#lastOf.set(pair, n);
  }

  notePuts(ledger: RawArray<'i'>): void {
    for (let at = 1; at < ledger.length; at += 2) {
      const [life, n] = [ledger.get(at), ledger.get(at + 1)];
      this.#lastPut.set(life, Math.max(n, this.#lastPut.get(life) ?? -1));
    }
  }

  /** @param inHand How many items the dead may have had: lost with them, or delivered again. */
  audit(inHand: number, redeliver: boolean): void {
    let lost = 0;
    let twice = 0;
    let all = 0;
    for (const [life, times] of this.#times) {
      all += times.length;
      lost += times.filter((count) => count === 0).length;
      twice += times.filter((count) => count > 1).length;
      lost += Math.max(0, (this.#lastPut.get(life) ?? -1) + 1 - times.length);
    }
    assert.ok(
      lost <= (redeliver ? 0 : inHand),
      `${lost} of ${all} items lost; the dead had ${inHand} at most`,
    );
    assert.ok(twice <= (redeliver ? inHand : 0), `${twice} of ${all} items came twice`);
    assert.ok(this.#outOfOrder <= (redeliver ? inHand : 0), `${this.#outOfOrder} items out of order`);
  }
}

function consumerDeaths({ byWorker }: ChaosReport): number {
  // Each was killed once more at the end.
  return byWorker.reduce((sum, kills, index) => sum + (index % 2 === 1 ? kills + 1 : 0), 0);
}

/** What is in use now and was not before, but for a spare ring segment of each queue. */
function leftOver(before: Record<string, number>): Record<string, number> {
  const allowed: Record<string, number> = { 'block-32k': 2 };
  const more: Record<string, number> = {};
  for (const [slab, count] of Object.entries(memoryInUse())) {
    const extra = count - (before[slab] ?? 0) - (allowed[slab] ?? 0);
    if (extra > 0) more[slab] = extra;
  }
  return more;
}

export const trafficScenarios: readonly Scenario[] = [
  {
    name: 'Queue traffic, bounded',
    claim:
      'producers and consumers of a bounded queue are killed at every step; every other item comes once, in order',
    make: () => new Queue<Item>(100),
    putPoints,
    getPoints,
    redeliver: false,
  },
  {
    name: 'Queue traffic, unbounded',
    claim:
      'producers and consumers of a queue without a limit are killed at every step; every other item comes once, in order',
    make: () => new Queue<Item>(),
    putPoints,
    getPoints,
    redeliver: false,
  },
  {
    name: 'Queue traffic, many in a frame',
    claim:
      'producers and consumers of frames of many items are killed at every step; every other item comes once, in order',
    make: () => new Queue<Item>(),
    putPoints: [...putPoints, ...putManyPoints],
    getPoints: [...getPoints, 'queue.get-many.committed'],
    redeliver: false,
    manyInFrame: true,
  },
  {
    name: 'JoinableQueue traffic',
    claim:
      'producers and consumers of a JoinableQueue are killed at every step; every other item comes once, join() ends',
    make: () => new JoinableQueue<Item>(100),
    putPoints,
    getPoints: [...getPoints, ...countedPoints],
    redeliver: false,
  },
  {
    name: 'JoinableQueue traffic, redeliver',
    claim:
      'producers and consumers of a JoinableQueue with redeliver are killed at every step; every item comes, join() ends',
    make: () => new JoinableQueue<Item>(100, { redeliver: true }),
    putPoints: [...putPoints, ...keptPutPoints],
    getPoints: [...getPoints, ...keptGetPoints],
    redeliver: true,
  },
].map(trafficScenario);
