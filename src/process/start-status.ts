// What a child says of itself to its parent: how far it has come. And what its parent asks it: to stop.
//
//   BOOTING ─► IMPORTING ─► RUNNING ─► SETTLED (run() returned or threw; the result is in the slot)
//       └──────────┴─► FAILED (it could not begin; the error is in the slot)
//
// A process of the stock is ready in BOOTING, as long as nothing has been handed over to it.

import { type Address, arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import { WaitQueue } from '../sync/wait-queue.js';

const Word = layout([
  'kind',
  'phase',
  'stop', //        1 when it is asked to stop
  'ready', //       1 when a process of the stock waits for what it is to run
  'complaints', //  address of the block with what it could not preload, the parent's property; or 0
  'latch',
  'head',
  'tail',
  'count',
]);

export const Phase = { booting: 0, importing: 1, running: 2, settled: 3, failed: 4 } as const;

const statusKind = defineKind({ code: 20, name: 'StartStatus' });

export class StartStatus {
  /** Who waits for the next phase: the parent; or to be asked to stop: the child. */
  readonly watchers: WaitQueue;
  readonly #object: ObjectWords;

  private constructor(object: ObjectWords) {
    this.#object = object;
    this.watchers = new WaitQueue(object.at, Word.latch);
  }

  static create(): StartStatus {
    return new StartStatus(ObjectWords.create(statusKind));
  }

  static attach(at: Address): StartStatus {
    return new StartStatus(ObjectWords.attach(at, statusKind));
  }

  get address(): Address {
    return this.#object.at;
  }

  get phase(): number {
    return this.#object.load(Word.phase);
  }

  set phase(phase: number) {
    this.#object.store(Word.phase, phase);
    this.watchers.wakeAll();
  }

  /** A phase that nobody waits for. */
  passThrough(phase: number): void {
    this.#object.store(Word.phase, phase);
  }

  /** Whether the parent has asked the child to stop. */
  get stopAsked(): boolean {
    return this.#object.load(Word.stop) === 1;
  }

  askToStop(): void {
    this.#object.store(Word.stop, 1);
    this.watchers.wakeAll();
  }

  /** Whether a process of the stock has loaded what it is to load. */
  get isReady(): boolean {
    return this.#object.load(Word.ready) === 1;
  }

  becomeReady(): void {
    this.#object.store(Word.ready, 1);
    this.watchers.wakeAll();
  }

  get complaints(): Address {
    return this.#object.load(Word.complaints);
  }

  set complaints(block: Address) {
    this.#object.store(Word.complaints, block);
  }

  free(): void {
    this.#object.store(Word.kind, 0);
    arena().free(this.#object.at);
  }
}
