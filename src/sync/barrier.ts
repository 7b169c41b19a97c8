// Barrier: nobody passes until all parties have come.
//
//   FILLING ──last one comes──► FIRING ──action done──► PASSING ──all marked──► FILLING (next generation)
//      │                          │
//      └── timeout, abort, death ─┴──► BROKEN ──reset──► FILLING (next generation)
//
// Each one who waits has a hold cell with the generation it came for; how the wait ended is written into that cell, under
// the latch, by whoever ended it. So a slow waiter learns how *its* wait ended, whatever the barrier is doing by then,
// and the death of a waiter is seen as a hold of a dead process.

import { Deadline, type Wait } from '../base/deadline.js';
import { BrokenBarrierError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import { type Handle, registerShippable, SHIP } from '../base/shippable.js';
import { layout } from '../memory/record-layout.js';
import { HoldCell, holdsOn } from './hold.js';
import { releaseLatch, takeLatch } from './latch.js';
import { defineKind } from './object-kind.js';
import { ObjectWords } from './object-words.js';
import { suspectAll } from './recovery.js';
import { Existing, SharedObject } from './shared-object.js';
import { type BarrierSnapshot, type Holder, nameHolder } from './snapshot.js';
import { WaitQueue } from './wait-queue.js';

const Word = layout([
  'kind',
  'guard',
  'phase',
  'parties',
  'arrived',
  'generation',
  'latch',
  'head',
  'tail',
  'count',
]);
const Phase = { filling: 0, firing: 1, passing: 2, broken: 3 } as const;
/** In a hold's count: how the wait ended. */
const Outcome = { pending: 1, passed: 2, broken: 3 } as const;

const barrierKind = defineKind({
  code: 6,
  name: 'Barrier',
  recoverHold(object, hold) {
    if (hold.count !== Outcome.pending) return;
    guarded(object, () => {
      if (hold.role === object.load(Word.generation)) breakNow(object);
    });
    new WaitQueue(object.at, Word.latch).wakeAll();
  },
});

/** What one of the parties runs when all have come, before any passes. */
export type BarrierAction = () => void | Promise<void>;

export interface BarrierOptions {
  /** Run once by one of the parties when all have come. If it throws, the barrier is broken. */
  action?: BarrierAction | undefined;
  /** For every `wait` that has no timeout of its own; milliseconds. */
  timeout?: number | undefined;
}

/**
 * Makes a number of processes wait for each other; the counterpart of `multiprocessing.Barrier`.
 * A party that times out, is aborted or dies breaks the barrier for all; `reset()` repairs it.
 */
export class Barrier extends SharedObject {
  readonly #waiting: WaitQueue;
  readonly #options: BarrierOptions;

  /** @throws {RangeError} If `parties` is no whole number from 1 up. */
  constructor(parties: number | Existing, options: BarrierOptions = {}) {
    if (!(parties instanceof Existing)) check(parties, options);
    super(barrierKind, parties);
    if (typeof parties === 'number') this.object.store(Word.parties, parties);
    this.#options = { action: options.action, timeout: options.timeout };
    this.#waiting = new WaitQueue(this.object.at, Word.latch);
  }

  override [SHIP](): Handle {
    return { kind: barrierKind.name, data: { at: super[SHIP]().data, ...this.#options } };
  }

  /**
   * Waits until all parties wait.
   * @returns A number from 0 to parties − 1, another one for each party.
   * @throws {BrokenBarrierError} If the barrier is broken, or breaks while this waits, by this call's timeout too.
   * @throws The signal's reason, if it is aborted; the others get BrokenBarrierError. What the action throws, in the one that ran it.
   */
  async wait(wait?: Wait): Promise<number> {
    const deadline = Deadline.from(wait ?? this.#options.timeout);
    deadline.throwIfAborted();
    const place =
      this.#tryArrive() ?? arrived(await this.#waiting.until(this.#arriving, deadline, this.#waitOptions));
    try {
      if (place.last) await this.#fire(place.hold);
      else await this.#waiting.until(() => this.#look(place.hold), deadline, this.#waitOptions);
      return this.#leave(place);
    } catch (error) {
      this.#breakFor(place.hold);
      throw error;
    } finally {
      place.hold.free();
    }
  }

  /** The blocking twin of `wait`: it stops the event loop. The action must not be async. */
  waitSync(wait?: Wait): number {
    const deadline = Deadline.from(wait ?? this.#options.timeout);
    deadline.throwIfAborted();
    const place =
      this.#tryArrive() ?? arrived(this.#waiting.untilSync(this.#arriving, deadline, this.#waitOptions));
    try {
      if (place.last) this.#fireSync(place.hold);
      else this.#waiting.untilSync(() => this.#look(place.hold), deadline, this.#waitOptions);
      return this.#leave(place);
    } catch (error) {
      this.#breakFor(place.hold);
      throw error;
    } finally {
      place.hold.free();
    }
  }

  /** Makes the barrier as new. Whoever waits gets BrokenBarrierError. */
  reset(): void {
    guarded(this.object, () => {
      const { object } = this;
      markAll(object, Outcome.broken);
      object.store(Word.arrived, 0);
      object.store(Word.generation, object.load(Word.generation) + 1);
      object.store(Word.phase, Phase.filling);
    });
    this.#waiting.wakeAll();
  }

  /** Breaks the barrier: whoever waits or comes gets BrokenBarrierError, until `reset()`. */
  abort(): void {
    guarded(this.object, () => breakNow(this.object));
    this.#waiting.wakeAll();
  }

  /** How many must wait for all to pass. */
  get parties(): number {
    return this.object.load(Word.parties);
  }

  /** How many wait now. */
  get nWaiting(): number {
    return this.object.load(Word.phase) === Phase.filling ? this.object.load(Word.arrived) : 0;
  }

  get broken(): boolean {
    return this.object.load(Word.phase) === Phase.broken;
  }

  /** How full it is, and who waits, as of now. */
  snapshot(): BarrierSnapshot {
    const waiters = [...holdsOn(this.object.at)]
      .filter((hold) => hold.count === Outcome.pending)
      .map((hold) => nameHolder(hold.owner) as Holder);
    return { parties: this.parties, nWaiting: this.nWaiting, broken: this.broken, waiters };
  }

  readonly #arriving = (): Place | undefined => this.#tryArrive();

  /** Comes to the barrier, unless those before are just about to pass: who comes then waits until they have. */
  #tryArrive(): Place | undefined {
    const { object } = this;
    const hold = HoldCell.take(object.at, -1, 0);
    let place: Place | undefined;
    try {
      place = guarded(object, () => {
        const phase = object.load(Word.phase);
        if (phase === Phase.broken) throw new BrokenBarrierError();
        if (phase !== Phase.filling) return undefined;
        const index = object.load(Word.arrived);
        hold.count = Outcome.pending;
        hold.role = object.load(Word.generation);
        CHAOS: killPoint('barrier.arrive.half');
        object.store(Word.arrived, index + 1);
        const last = index + 1 === object.load(Word.parties);
        if (last) object.store(Word.phase, Phase.firing);
        return { hold, index, last };
      });
      return place;
    } finally {
      if (!place) hold.free();
    }
  }

  async #fire(hold: HoldCell): Promise<void> {
    await this.#options.action?.();
    this.#open(hold);
  }

  #fireSync(hold: HoldCell): void {
    if (this.#options.action?.() instanceof Promise)
      throw new TypeError('waitSync can not run an async action: use wait');
    this.#open(hold);
  }

  /** All may pass, unless the barrier was broken or reset during the action. */
  #open(hold: HoldCell): void {
    guarded(this.object, () => {
      if (hold.count !== Outcome.pending) return;
      this.object.store(Word.phase, Phase.passing);
      CHAOS: killPoint('barrier.passing');
      finishPassing(this.object);
    });
    this.#waiting.wakeAll();
  }

  #look(hold: HoldCell): true | undefined {
    if (hold.count === Outcome.passed) return true;
    if (hold.count === Outcome.broken) throw new BrokenBarrierError();
    return undefined;
  }

  readonly #waitOptions = {
    beforeSleep: () => suspectAll(() => holdsOn(this.object.at).map((hold) => hold.owner)),
  };

  #leave({ hold, index }: Place): number {
    if (hold.count !== Outcome.passed) {
      throw new BrokenBarrierError(
        hold.count === Outcome.broken ? undefined : 'the barrier was not full in time',
      );
    }
    return index;
  }

  #breakFor(hold: HoldCell): void {
    guarded(this.object, () => {
      if (hold.count === Outcome.pending) breakNow(this.object);
    });
    this.#waiting.wakeAll();
  }
}

interface Place {
  readonly hold: HoldCell;
  readonly index: number;
  readonly last: boolean;
}

function arrived(place: Place | undefined): Place {
  if (!place) throw new BrokenBarrierError('those before had not passed the barrier in time');
  return place;
}

registerShippable(barrierKind.name, (data) => {
  const { at, action, timeout } = data as { at: number } & BarrierOptions;
  return new Barrier(new Existing(ObjectWords.attach(at, barrierKind)), { action, timeout });
});

function check(parties: number, { action, timeout }: BarrierOptions): void {
  if (!Number.isInteger(parties) || parties < 1) {
    throw new RangeError(`a barrier has a whole number of parties from 1 up, got ${parties}`);
  }
  if (action !== undefined && typeof action !== 'function') throw new TypeError('action must be a function');
  if (timeout !== undefined && typeof timeout !== 'number')
    throw new TypeError('timeout must be a number of milliseconds');
}

function guarded<R>(object: ObjectWords, change: () => R): R {
  const guard = object.base + Word.guard;
  const takenOver = takeLatch(object.words, guard, object.pointer);
  // Whoever died inside was coming or leaving, and a barrier can't do without it; or it was letting all pass: go on with that.
  if (takenOver) {
    if (object.load(Word.phase) === Phase.passing) finishPassing(object);
    else breakNow(object);
  }
  try {
    return change();
  } finally {
    releaseLatch(object.words, guard, object.pointer);
    if (takenOver) new WaitQueue(object.at, Word.latch).wakeAll(); // the dead one's recovery may have woken them too early
  }
}

function finishPassing(object: ObjectWords): void {
  markAll(object, Outcome.passed);
  object.store(Word.arrived, 0);
  object.store(Word.generation, object.load(Word.generation) + 1);
  object.store(Word.phase, Phase.filling);
}

function breakNow(object: ObjectWords): void {
  markAll(object, Outcome.broken);
  object.store(Word.phase, Phase.broken);
}

function markAll(object: ObjectWords, outcome: number): void {
  for (const hold of holdsOn(object.at)) if (hold.count === Outcome.pending) hold.count = outcome;
}
