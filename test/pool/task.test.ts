/** Tasks and the dispatcher together: whatever dies, times out, is aborted, retried or resized, each item settles exactly once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cost } from '../../src/pool/chunking.js';
import { Definition } from '../../src/pool/definition.js';
import { Dispatcher, type Item } from '../../src/pool/dispatcher.js';
import { CallStyle } from '../../src/pool/frames.js';
import { ItemHistory, MOST_SILENT_DEATHS } from '../../src/pool/item-history.js';
import { ItemIds } from '../../src/pool/item-ids.js';
import { PackedValue } from '../../src/pool/packed-value.js';
import { backOffMs, FIRST_DELAY_MS, LONGEST_DELAY_MS } from '../../src/pool/retries.js';
import type { Sink } from '../../src/pool/sink.js';
import { Task } from '../../src/pool/task.js';
import { ListItems, NumberItems } from '../../src/pool/task-items.js';

/** Notes how often each item has settled; an error settles that item only. */
class Ledger implements Sink {
  readonly times: number[];
  readonly ends: number[] = [];
  aborted = 0;

  constructor(size: number) {
    this.times = new Array<number>(size).fill(0);
  }

  value(index: number): void {
    this.times[index]++;
  }

  error(index: number): undefined {
    this.times[index]++;
  }

  abort(): void {
    this.aborted++;
  }
}

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('submit' as const),
      size: fc.integer({ min: 1, max: 30 }),
      chunkSize: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 9 })),
      retries: fc.nat(3),
      priority: fc.integer({ min: -1, max: 1 }),
    }),
    fc.record({ do: fc.constant('hire' as const) }),
    fc.record({ do: fc.constant('dismiss' as const), seat: fc.nat(5) }),
    fc.record({ do: fc.constant('answer' as const), seat: fc.nat(5), items: fc.nat(20), fails: fc.nat(3) }),
    fc.record({ do: fc.constant('die' as const), seat: fc.nat(5), says: fc.boolean() }),
    fc.record({ do: fc.constant('timeout' as const), seat: fc.nat(5), heard: fc.boolean() }),
    fc.record({ do: fc.constant('dropItem' as const), task: fc.nat(5), index: fc.nat(29) }),
    fc.record({ do: fc.constant('abort' as const), task: fc.nat(5) }),
    fc.record({ do: fc.constant('backOffOver' as const) }),
  ),
  { maxLength: 100 },
);

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

/** What crew, settlement and interruptions do, without processes and clocks. */
class Simulation {
  readonly dispatcher = new Dispatcher<Task>();
  readonly tasks: { task: Task; ledger: Ledger }[] = [];
  #seats: number[] = [];
  #lastSeat = 0;
  #unsettled = 0;
  #waiting: Item<Task>[] = [];

  apply(step: Step): void {
    if (step.do === 'submit') this.#submit(step);
    else if (step.do === 'hire') this.#hire();
    else if (step.do === 'backOffOver') this.#backOffOver();
    else if ('task' in step) this.#giveUp(step);
    else if (this.#seats.length > 0) this.#atSeat(this.#seats[step.seat % this.#seats.length], step);
    this.#pump();
  }

  /** Everything that is left is run; nothing fails any more. */
  finish(): void {
    for (let round = 0; round < 10_000 && this.tasks.some(({ task }) => !task.over); round++) {
      if (![...this.dispatcher.seats()].some(({ closing }) => !closing)) this.#hire();
      this.#backOffOver();
      this.#pump();
      for (const seat of this.#seats) this.#answer(seat, 100, 0);
    }
  }

  get unsettled(): number {
    return this.#unsettled;
  }

  #submit({ size, chunkSize, retries, priority }: Extract<Step, { do: 'submit' }>): void {
    const ledger = new Ledger(size);
    const task = new Task({
      definition: new Definition(1, 'fn', new PackedValue(), new Cost()),
      style: CallStyle.item,
      options: { chunkSize, retries, priority, timeout: undefined },
      sink: ledger,
      open: true,
      onSettled: (count) => {
        this.#unsettled -= count;
      },
      onFailed: () => {},
      onDropped: () => {},
      onOver: () => ledger.ends.push(1),
    });
    const numbers = Array.from({ length: size }, (_, i) => i);
    task.addAll(size % 2 ? new ListItems(numbers) : new NumberItems(Int32Array.from(numbers)));
    this.#unsettled += size;
    task.complete();
    this.tasks.push({ task, ledger });
    this.dispatcher.submit(task);
  }

  #hire(): void {
    this.#seats.push(++this.#lastSeat);
    this.dispatcher.addSeat(this.#lastSeat);
  }

  #giveUp(step: Extract<Step, { task: number }>): void {
    if (this.tasks.length === 0) return;
    const { task } = this.tasks[step.task % this.tasks.length];
    if (step.do === 'abort') task.abort(new Error('aborted'));
    else if (step.index < task.size) task.drop(step.index, new Error('cancelled'));
  }

  #atSeat(id: number, step: Extract<Step, { seat: number }>): void {
    const seat = this.dispatcher.seat(id);
    if (!seat) return;
    if (step.do === 'dismiss') seat.closing = true;
    else if (step.do === 'answer') this.#answer(id, step.items, step.fails);
    else {
      const [batch] = seat.batches;
      const ticket = batch && batch.firstTicket + batch.answered;
      if (step.do === 'timeout') this.#timeout(id, ticket, step.heard);
      else this.#die(id, step.says ? ticket : undefined);
    }
  }

  #answer(id: number, items: number, fails: number): void {
    const seat = this.dispatcher.seat(id);
    for (let i = 0; seat && i < items; i++) {
      const item = this.dispatcher.answer(seat);
      if (!item) return;
      if (item.source.reclaim(item.index)) this.#waiting.push(item);
      else if (i < fails) this.#fail(item);
      else item.source.settleValue(item.index, i);
    }
  }

  #die(id: number, running: number | undefined): void {
    const victim = this.dispatcher.lost(id, running);
    this.#seats = this.#seats.filter((seat) => seat !== id);
    if (!victim) return;
    if (victim.source.reclaim(victim.index)) this.#waiting.push(victim);
    else {
      victim.source.history.noteDeath(victim.index);
      this.#fail(victim);
    }
  }

  #timeout(id: number, ticket: number | undefined, heard: boolean): void {
    const seat = this.dispatcher.seat(id);
    const item = seat && ticket !== undefined ? this.dispatcher.itemWith(seat, ticket) : undefined;
    if (!seat || !item) return;
    if (item.source.settleError(item.index, new Error('timeout'))) item.source.history.disown(item.index);
    if (heard) return; // its answer comes, and does not count
    seat.closing = true;
    this.#die(id, ticket);
  }

  #fail(item: Item<Task>): void {
    if (item.source.settleError(item.index, new Error('failed'))) this.#waiting.push(item);
  }

  #backOffOver(): void {
    for (const { source, index } of this.#waiting.splice(0))
      this.dispatcher.giveBack(source, [{ first: index, count: 1 }]);
  }

  #pump(): void {
    while (this.dispatcher.next());
  }
}

describe('Task and Dispatcher', () => {
  it('settle each item exactly once, under deaths, timeouts, retries, cancels, aborts and changing workers', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const simulation = new Simulation();
        for (const step of all) simulation.apply(step);
        simulation.finish();
        assert.equal(simulation.unsettled, 0);
        for (const { ledger } of simulation.tasks) {
          assert.deepEqual(ledger.ends, [1]);
          if (ledger.aborted) assert.ok(ledger.times.every((times) => times <= 1));
          else
            assert.ok(
              ledger.times.every((times) => times === 1),
              String(ledger.times),
            );
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('ItemHistory.together()', () => {
  it('lets an item whose worker died run alone', () => {
    const history = new ItemHistory();
    assert.equal(history.together([1, 2, 3, 4], 4), 4);
    history.noteDeath(3);
    assert.equal(history.together([1, 2, 3, 4], 4), 2);
    assert.equal(history.together([3, 4], 2), 1);
  });

  it('lets items under suspicion run in smaller company, then alone', () => {
    const history = new ItemHistory();
    const items = Array.from({ length: 100 }, (_, i) => i);
    for (const item of items) history.noteSilentDeath(item);
    const company = history.together(items, 100);
    assert.ok(company > 1 && company < 100);
    assert.equal(history.noteSilentDeath(0), 2);
    assert.equal(history.together(items, 100), 1);
    assert.equal(history.noteSilentDeath(0), MOST_SILENT_DEATHS);
  });
});

describe('ItemIds', () => {
  it('gives each item a number of its own that stays', () => {
    const ids = new ItemIds();
    const other = new ItemIds();
    const seen: number[] = [];
    for (let count = 1; count <= 5000; count += 7) {
      ids.reserve(count);
      other.reserve(count);
    }
    for (const one of [ids, other]) {
      for (let first = 0; first + 7 < 5000; first += 7) {
        const given = one.of({ first, count: 7 });
        seen.push(...(typeof given === 'number' ? [0, 1, 2, 3, 4, 5, 6].map((i) => given + i) : given));
      }
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(ids.of({ first: 9, count: 2, listed: [9, 3] }), [seen[9], seen[3]]);
  });
});

describe('backOffMs()', () => {
  it('doubles up to a limit, and differs by chance', () => {
    assert.equal(backOffMs(1, 0), FIRST_DELAY_MS / 2);
    assert.equal(backOffMs(1, 1), FIRST_DELAY_MS);
    assert.equal(backOffMs(4, 1), FIRST_DELAY_MS * 8);
    assert.equal(backOffMs(60, 1), LONGEST_DELAY_MS);
    for (let failures = 1; failures < 20; failures++)
      assert.ok(backOffMs(failures) <= 2 * backOffMs(failures + 1, 1));
  });
});
