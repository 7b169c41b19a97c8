/** The dispatcher's rules, under random submissions, answers, deaths and taking back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { batchSizeFor, Cost } from '../../src/pool/chunking.js';
import { type Batch, Dispatcher, type ItemSource, type Seat } from '../../src/pool/dispatcher.js';
import { indexAt, type Portion } from '../../src/pool/portion.js';

/** A source that notes what becomes of its items. */
class NotedSource implements ItemSource {
  readonly cost: Cost;
  readonly chunkSize: number | 'auto';
  readonly priority: number;
  queued = false;
  readonly settled: number[];
  #next = 0;
  #again: number[] = [];

  constructor(size: number, chunkSize: number | 'auto', cost = new Cost(), priority = 0) {
    this.priority = priority;
    this.settled = new Array<number>(size).fill(0);
    this.chunkSize = chunkSize;
    this.cost = cost;
  }

  get available(): number {
    return this.settled.length - this.#next + this.#again.length;
  }

  take(limit: number): Portion {
    if (this.#again.length > 0) {
      const listed = this.#again.splice(0, limit);
      return { first: listed[0], count: listed.length, listed };
    }
    const first = this.#next;
    const count = Math.min(limit, this.settled.length - first);
    this.#next += count;
    return { first, count };
  }

  giveBack(portions: readonly Portion[]): void {
    const indicesOf = (portion: Portion) =>
      Array.from({ length: portion.count }, (_, offset) => indexAt(portion, offset));
    this.#again.unshift(...portions.flatMap(indicesOf));
  }
}

const chunkSizes = fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 20 }));

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('submit' as const),
      size: fc.integer({ min: 1, max: 50 }),
      chunkSize: chunkSizes,
      priority: fc.integer({ min: -1, max: 1 }),
    }),
    fc.record({
      do: fc.constant('answer' as const),
      seat: fc.nat(5),
      items: fc.nat(30),
      ms: fc.double({ min: 0, max: 50, noNaN: true }),
    }),
    fc.record({ do: fc.constant('die' as const), seat: fc.nat(5), running: fc.boolean() }),
    fc.record({ do: fc.constant('takeBack' as const), seat: fc.nat(5), begun: fc.nat(10) }),
    fc.record({
      do: fc.constant('hire' as const),
      itemsLeft: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 10 })),
    }),
  ),
  { maxLength: 80 },
);

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

class Simulation {
  readonly dispatcher = new Dispatcher<NotedSource>();
  readonly sources: NotedSource[] = [];
  #seats: number[] = [];
  #lastSeat = 0;

  apply(step: Step): void {
    if (step.do === 'submit') {
      const source = new NotedSource(step.size, step.chunkSize, new Cost(), step.priority);
      this.sources.push(source);
      this.dispatcher.submit(source);
    } else if (step.do === 'hire') {
      this.#seats.push(++this.#lastSeat);
      this.dispatcher.addSeat(this.#lastSeat, step.itemsLeft);
    } else if (this.#seats.length > 0) {
      const seatId = this.#seats[step.seat % this.#seats.length];
      if (step.do === 'answer') this.#answer(seatId, step.items, step.ms);
      else if (step.do === 'die') this.#die(seatId, step.running);
      else this.#takeBack(seatId, step.begun);
    }
    this.pump();
  }

  pump(): void {
    for (let given = this.dispatcher.next(); given; given = this.dispatcher.next()) this.#check(given.batch);
  }

  /** Enough workers come, and answer everything. */
  finish(): void {
    for (let round = 0; round < 10_000; round++) {
      if (this.sources.every(({ settled }) => settled.every((times) => times > 0))) return;
      if (![...this.dispatcher.seats()].some(({ itemsLeft }) => itemsLeft > 0))
        this.apply({ do: 'hire', itemsLeft: Infinity });
      for (const seat of this.#seats) this.#answer(seat, 1000, 1);
      this.pump();
    }
    assert.fail('items were left over');
  }

  #check({ source, portion }: Batch<NotedSource>): void {
    assert.ok(portion.count >= 1);
    if (source.chunkSize !== 'auto') assert.ok(portion.count <= source.chunkSize);
    for (let i = 0; i < portion.count; i++) assert.equal(source.settled[indexAt(portion, i)], 0);
  }

  #answer(id: number, items: number, ms: number): void {
    const seat = this.dispatcher.seat(id);
    for (let i = 0; seat && i < items; i++) {
      const item = this.dispatcher.answer(seat);
      if (!item) return;
      item.source.settled[item.index]++;
      item.source.cost.note(1, ms / items);
    }
  }

  /** The seat's worker has begun so many of the items that it has not answered. */
  #takeBack(id: number, begun: number): void {
    const seat = this.dispatcher.seat(id);
    const oldest = seat?.batches[0];
    if (!seat || !oldest) return;
    const had = outstanding(seat);
    const kept = Math.min(begun, had);
    const taken = this.dispatcher.takeBack(seat, oldest.firstTicket + oldest.answered + begun - 1);
    assert.deepEqual([taken, outstanding(seat), seat.held], [had - kept, kept, kept > 0]);
  }

  #die(id: number, isRunning: boolean): void {
    const seat = this.dispatcher.seat(id);
    const oldest = seat?.batches[0];
    const running = isRunning && oldest ? oldest.firstTicket + oldest.answered : undefined;
    const expected = oldest && isRunning ? indexAt(oldest.portion, oldest.answered) : undefined;
    const victim = this.dispatcher.lost(id, running);
    assert.equal(victim?.index, expected);
    if (victim) victim.source.settled[victim.index]++;
    this.#seats = this.#seats.filter((seat) => seat !== id);
  }
}

function outstanding({ batches }: Seat<NotedSource>): number {
  return batches.reduce((sum, { portion, answered }) => sum + portion.count - answered, 0);
}

describe('Dispatcher', () => {
  it('settles each item exactly once, whoever dies', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const simulation = new Simulation();
        for (const step of all) simulation.apply(step);
        simulation.finish();
        for (const { settled } of simulation.sources) assert.ok(settled.every((times) => times === 1));
      }),
      { numRuns: 500 },
    );
  });

  it('hands out in the order of submission', () => {
    const dispatcher = new Dispatcher<NotedSource>();
    const [first, second] = [new NotedSource(3, 1), new NotedSource(3, 1)];
    dispatcher.submit(first);
    dispatcher.submit(second);
    for (let id = 0; id < 6; id++) dispatcher.addSeat(id);
    const order = Array.from({ length: 6 }, () => dispatcher.next()?.batch.source);
    assert.deepEqual(order, [first, first, first, second, second, second]);
  });

  it('hands out what has a higher priority first, and of one priority in the order of submission', () => {
    const dispatcher = new Dispatcher<NotedSource>();
    const priorities = [0, 5, -1, 5, 0.5, 0];
    const sources = priorities.map((priority) => new NotedSource(1, 1, new Cost(), priority));
    for (const source of sources) dispatcher.submit(source);
    for (let id = 0; id < sources.length; id++) dispatcher.addSeat(id);
    const order = sources.map(() => sources.indexOf(dispatcher.next()!.batch.source));
    assert.deepEqual(order, [1, 3, 4, 0, 5, 2]);
    for (const id of [3, 0, 5]) dispatcher.lost(id, undefined); // they had a source of priority 0, one of 5, one of -1
    dispatcher.addSeat(9);
    assert.ok(dispatcher.next()?.batch.source === sources[1]);
  });

  it('takes back what a seat has not begun, and gives that seat nothing until it has answered the rest', () => {
    const dispatcher = new Dispatcher<NotedSource>();
    const source = new NotedSource(10, 5);
    dispatcher.addSeat(1, 100);
    dispatcher.submit(source);
    const given = dispatcher.next();
    assert.equal(dispatcher.takeBack(given!.seat, 1), 3);
    assert.equal(given?.seat.itemsLeft, 98); // what it will not run is no part of its share
    assert.equal(dispatcher.next(), undefined);
    dispatcher.addSeat(2);
    assert.deepEqual(dispatcher.next()?.batch.portion.listed, [2, 3, 4]);
    for (let answered = 0; answered < 2; answered++) dispatcher.answer(given!.seat);
    const again = dispatcher.next();
    assert.deepEqual([again?.seat.id, again?.batch.firstTicket, again?.batch.portion.first], [1, 5, 5]);
  });

  it('takes away again what could not be sent: it is no part of the share', () => {
    const dispatcher = new Dispatcher<NotedSource>();
    const source = new NotedSource(3, 3);
    dispatcher.addSeat(1, 100);
    dispatcher.submit(source);
    const { seat, batch } = dispatcher.next()!;
    assert.equal(seat.itemsLeft, 97);
    assert.deepEqual(
      dispatcher.unsend(1, batch).map(({ index }) => index),
      [0, 1, 2],
    );
    assert.equal(seat.itemsLeft, 100);
  });

  it('queues nothing behind an item whose cost is not known, or long', () => {
    for (const ms of [undefined, 5, 1000]) {
      const cost = new Cost();
      if (ms !== undefined) cost.note(1, ms);
      const dispatcher = new Dispatcher<NotedSource>();
      dispatcher.addSeat(1);
      dispatcher.addSeat(2);
      dispatcher.submit(new NotedSource(10, 'auto', cost));
      const given = [dispatcher.next(), dispatcher.next()];
      assert.deepEqual(
        given.map((one) => [one?.seat.id, one?.batch.portion.count]),
        [
          [1, 1],
          [2, 1],
        ],
      );
      assert.equal(dispatcher.next(), undefined);
    }
  });

  it('keeps quick items flowing: several messages in flight', () => {
    const cost = new Cost();
    cost.note(1, 0.01);
    const dispatcher = new Dispatcher<NotedSource>();
    dispatcher.addSeat(1);
    dispatcher.submit(new NotedSource(1000, 1, cost));
    let given = 0;
    while (dispatcher.next()) given++;
    assert.ok(given > 10 && given < 1000);
  });

  it('gives what comes back before anything else', () => {
    const dispatcher = new Dispatcher<NotedSource>();
    const [first, second] = [new NotedSource(1, 1), new NotedSource(1, 1)];
    dispatcher.addSeat(1);
    dispatcher.submit(first);
    dispatcher.submit(second);
    dispatcher.next();
    dispatcher.lost(1, undefined);
    dispatcher.addSeat(2);
    assert.equal(dispatcher.next()?.batch.source, first);
  });
});

describe('batchSizeFor()', () => {
  it('is between 1 and what is available, and what chunkSize says', () => {
    fc.assert(
      fc.property(
        chunkSizes,
        fc.integer({ min: 1, max: 1e7 }),
        fc.integer({ min: 1, max: 64 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1e4, noNaN: true }))),
        (chunkSize, available, workers, history) => {
          const cost = new Cost();
          for (const [items, ms] of history) cost.note(items, ms);
          const size = batchSizeFor({ chunkSize, cost, available, workers });
          assert.ok(size >= 1 && size <= available);
          if (chunkSize !== 'auto') assert.equal(size, Math.min(chunkSize, available));
        },
      ),
    );
  });

  it('grows with experience and ends in small batches', () => {
    const cost = new Cost();
    const size = (available: number) => batchSizeFor({ chunkSize: 'auto', cost, available, workers: 2 });
    assert.equal(size(1e6), 1);
    cost.note(1, 0.001);
    const second = size(1e6);
    assert.ok(second > 1 && second < 100);
    cost.note(1000, 1);
    assert.ok(size(1e6) >= 1000);
    assert.ok(size(1000) < 500);
  });
});
