// RLock: a lock that its owner may take again.
//
//   holder word (holder-word.ts) │ depth │ owner inside the process (async-owner.ts)
//
// Depth and owner are read and written by the holding process only: the holder word says whose they are.

import { Deadline, type Wait } from '../base/deadline.js';
import { NotOwnerError, StateError, TimeoutError } from '../base/errors.js';
import {
  enter,
  grant,
  newContext,
  type OwnerContext,
  ownerHere,
  PROCESS_OWNER,
  runInside,
} from './async-owner.js';
import { Exclusive } from './exclusive.js';
import { FIRST_OWN_WORD } from './holder-layout.js';
import { HolderWord } from './holder-word.js';
import { LockGuard } from './lock-guard.js';
import { defineKind } from './object-kind.js';
import { type Existing, shipAs } from './shared-object.js';
import type { RLockSnapshot } from './snapshot.js';
import type { WaitQueue } from './wait-queue.js';

const DEPTH = FIRST_OWN_WORD;
const OWNER = FIRST_OWN_WORD + 1;

const rlockKind = defineKind({ code: 2, name: 'RLock', recover: HolderWord.recover });

/**
 * A lock that its owner may take again and must release as often; the counterpart of `multiprocessing.RLock`.
 *
 * The owner is the process and, inside `hold` and `runExclusive`, the async call: two of them running side by side in one
 * process keep each other out. Plain `acquire` calls outside of those belong to the process as a whole. "Inside hold" is
 * what follows `using guard = await lock.hold()`; a guard kept in another way is known by `guard.release()` only.
 */
export class RLock extends Exclusive {
  constructor(existing?: Existing) {
    super(rlockKind, existing);
  }

  /** Takes the lock if it is free or this owner's already. Never waits. */
  tryAcquire(): boolean {
    return this.#takeAs(ownerHere(this.object.at));
  }

  #takeAs(owner: number): boolean {
    const { object, word } = this;
    if (word.isOurs) {
      if (object.load(OWNER) !== owner) return false;
      object.store(DEPTH, object.load(DEPTH) + 1);
      return true;
    }
    if (!word.tryTake()) return false;
    object.store(OWNER, owner);
    object.store(DEPTH, 1);
    return true;
  }

  /**
   * Releases the lock once; it is free when it was released as often as taken.
   * @throws {NotOwnerError} If another process, or another async context of this one, holds it. {StateError} If it is free.
   */
  release(): void {
    this.#releaseAs(ownerHere(this.object.at));
  }

  #releaseAs(owner: number): void {
    if (!this.#isOwnedBy(owner)) {
      if (!this.locked()) throw new StateError('release of a lock that is free: acquire it first');
      const whose = this.word.isOurs ? 'another async call of this process' : 'another process';
      throw new NotOwnerError(`release of a lock that ${whose} holds`);
    }
    const depth = this.object.load(DEPTH);
    if (depth > 1) this.object.store(DEPTH, depth - 1);
    else this.word.free();
  }

  /**
   * Takes the lock for the running async call and gives a guard: `using guard = await lock.hold()`.
   * @throws {TimeoutError} If the time was over first. The signal's reason, if it is aborted.
   */
  override hold(wait?: Wait): Promise<LockGuard> {
    if (ownerHere(this.object.at) !== PROCESS_OWNER) return super.hold(wait);
    const context = newContext(this.object.at);
    return grant(this.#holdAs(context, wait), context);
  }

  override runExclusive<R>(fn: () => R | PromiseLike<R>): Promise<R> {
    if (ownerHere(this.object.at) !== PROCESS_OWNER) return super.runExclusive(fn);
    return runInside(newContext(this.object.at), () => super.runExclusive(fn));
  }

  async #holdAs(context: OwnerContext, wait: Wait): Promise<LockGuard> {
    const deadline = Deadline.from(wait);
    deadline.throwIfAborted();
    const take = { tryAcquire: () => this.#takeAs(context.owner) };
    if (!take.tryAcquire() && !(await this.word.take(take, deadline))) {
      throw new TimeoutError('the lock was not free in time');
    }
    const release = () => {
      this.#releaseAs(context.owner);
      context.live = false;
    };
    return new LockGuard(release, this.word.abandoned, () => enter(context));
  }

  override snapshot(): RLockSnapshot {
    return { ...super.snapshot(), depth: this.locked() ? this.object.load(DEPTH) : 0 };
  }

  /** Whether the running code owns the lock. */
  isOwned(): boolean {
    return this.#isOwnedBy(ownerHere(this.object.at));
  }

  #isOwnedBy(owner: number): boolean {
    return this.word.isOurs && this.object.load(OWNER) === owner;
  }

  /** For Condition: frees the lock however often it was taken; what `restore` needs. */
  releaseAll(): { depth: number; owner: number } {
    const saved = { depth: this.object.load(DEPTH), owner: this.object.load(OWNER) };
    this.word.free();
    return saved;
  }

  /** For Condition: wakes all in the queue when this process, which holds the lock, has freed it. */
  wakeAtFree(queue: WaitQueue): void {
    this.word.wakeAtFree(queue);
  }

  /** For Condition: the lock, just taken once, is taken as often and by whom it was before. */
  restore({ depth, owner }: { depth: number; owner: number }): void {
    this.object.store(DEPTH, depth);
    this.object.store(OWNER, owner);
  }
}

shipAs(rlockKind, (existing) => new RLock(existing));
