// The manager as every process of the session knows it: a cell in shared memory with the inbox of its server.
//
//   cell:    kind │ phase │ server (agent id) │ inbox (a frame queue) │ released │ wait queue │ bell (a wait queue)
//   phase:   STARTING ──server serves──► SERVING ──shutdown, or recovery of the dead server──► GONE
//
//   client                                     inbox                          server
//   makes a pipe ─ puts one end in ─────────►  [ end ][ end ]  ────────────►  takes it, answers what is in the pipe
//   sends at once, accepted or not, and rings the bell: the one place where the server sleeps, whoever its clients are
//                                                  │
//                                    server dies ──┴─► recovery empties the inbox: an end that nobody will take counts
//                                                      as closed, so the client that waits gets EOF as any other does
//
// SYNC POINT gone: a client puts its end in before it looks at the phase again, recovery writes GONE before it empties
// the inbox; so either recovery finds the end or the client finds GONE, and empties the inbox itself.

import { Deadline } from '../base/deadline.js';
import { ManagerDiedError } from '../base/errors.js';
import { killPoint } from '../base/kill-point.js';
import { type Handle, registerShippable, SHIP, type Shippable } from '../base/shippable.js';
import { FrameQueue } from '../channels/frame-queue.js';
import { OutgoingParcel } from '../channels/parcel.js';
import type { RingConnection } from '../channels/ring-connection.js';
import type { AgentId } from '../memory/agent.js';
import { type Address, arena } from '../memory/arena.js';
import { layout } from '../memory/record-layout.js';
import { Session } from '../memory/session.js';
import { defineKind } from '../sync/object-kind.js';
import { ObjectWords } from '../sync/object-words.js';
import { suspect } from '../sync/recovery.js';
import { WaitQueue } from '../sync/wait-queue.js';

const Word = layout([
  'kind',
  'phase',
  'server', //   agent id; written by the server
  'inbox', //    address of the frame queue that holds the server's ends of new connections
  'released', // goes up before, in and after every release of a reference to one of the objects, modulo 2^32
  'latch', //    who waits for the next phase
  'head',
  'tail',
  'count',
  'bellLatch', // the server, waiting for anything to do
  'bellHead',
  'bellTail',
  'bellCount',
]);
const Phase = { starting: 0, serving: 1, gone: 2 } as const;

const cellKind = defineKind({
  code: 40,
  name: 'ManagerCell',
  recover(object, dead) {
    if (object.load(Word.server) === dead) ManagerCell.at(object.at).end();
  },
});

const cells = new Map<Address, ManagerCell>();

export class ManagerCell implements Shippable {
  readonly #object: ObjectWords;
  readonly #inbox: FrameQueue;
  /** Who waits for the next phase. */
  readonly #watchers: WaitQueue;
  /** Where the server waits. */
  readonly bell: WaitQueue;

  private constructor(object: ObjectWords) {
    this.#object = object;
    this.#inbox = FrameQueue.attach(object.load(Word.inbox));
    this.#watchers = new WaitQueue(object.at, Word.latch);
    this.bell = new WaitQueue(object.at, Word.bellLatch);
  }

  /** @throws {SystemCallError} With code ENOSPC if shared memory is full. */
  static create(): ManagerCell {
    return arena().allOrNothing(() => {
      const inbox = FrameQueue.create({});
      const object = ObjectWords.create(cellKind);
      object.store(Word.inbox, inbox.address);
      return ManagerCell.at(object.at);
    });
  }

  /** The cell at an address; the same object at every call. @throws {SerializationError} If there is none. */
  static at(at: unknown): ManagerCell {
    let cell = cells.get(at as Address);
    if (!cell) {
      cell = new ManagerCell(ObjectWords.attach(at, cellKind));
      cells.set(cell.address, cell);
    }
    return cell;
  }

  /** As `at`, of an address that may be anything by now. */
  static find(at: unknown): ManagerCell | undefined {
    try {
      return ManagerCell.at(at);
    } catch {
      return undefined;
    }
  }

  get address(): Address {
    return this.#object.at;
  }

  get server(): AgentId {
    return this.#object.load(Word.server);
  }

  get isGone(): boolean {
    return this.#object.load(Word.phase) === Phase.gone;
  }

  /** Finds out whether the server lives, where its death may not have been noticed yet. */
  checkServer(): void {
    suspect(this.server);
  }

  /** Resolves when the server serves or is gone, or when `isOver` says that it will never come to that. */
  async started(isOver: () => boolean): Promise<void> {
    const look = () => this.#object.load(Word.phase) !== Phase.starting || isOver() || undefined;
    await this.#watchers.until(look, Deadline.never);
  }

  /** Resolves to whether the server is gone in time. */
  async gone(timeoutMs: number): Promise<boolean> {
    const look = () => this.isGone || undefined;
    return (await this.#watchers.until(look, Deadline.from(timeoutMs))) ?? false;
  }

  /**
   * Hands the server its end of a new connection. The caller keeps an end of its own and closes this one.
   * @throws {ManagerDiedError} If there is no server any more.
   */
  submit(end: RingConnection<unknown>): void {
    const parcel = OutgoingParcel.of(end, 'connection');
    try {
      this.#inbox.tryPut(parcel, () => this.#checkNotGone());
    } catch (error) {
      parcel.abandon();
      throw error;
    }
    CHAOS: killPoint('manager.submit.put');
    this.ring();
    if (this.isGone) this.#emptyInbox(); // SYNC POINT gone: pairs with end
  }

  /** The calling process is the server from now on. */
  serve(): void {
    this.#object.store(Word.server, Session.current().self);
    this.#object.store(Word.phase, Phase.serving);
    this.#watchers.wakeAll();
  }

  /** The server's end of a new connection, if there is one. */
  tryTakeConnection(): RingConnection<unknown> | undefined {
    return this.#inbox.tryTake()?.open() as RingConnection<unknown> | undefined;
  }

  /** Makes the server look: call it when there is something to be seen. */
  ring(): void {
    this.bell.wake(1);
  }

  /** There is no server any more. Idempotent; called by the server, or by whoever recovers it. */
  end(): void {
    this.#object.store(Word.phase, Phase.gone);
    this.#emptyInbox(); // SYNC POINT gone: pairs with submit
    this.#watchers.wakeAll();
  }

  /** How many times a release of a reference has begun or ended. */
  get released(): number {
    return this.#object.load(Word.released);
  }

  /** Runs a release of a reference so that the server, if it is looking, looks again; `noteReleased` must follow. */
  whileReleasing(release: () => void): void {
    this.#countRelease();
    release();
    this.#countRelease();
  }

  /** A reference has gone: makes the server look. */
  noteReleased(): void {
    this.#countRelease();
    this.ring();
  }

  #countRelease(): void {
    Atomics.add(this.#object.words, this.#object.base + Word.released, 1);
  }

  [SHIP](): Handle {
    return { kind: cellKind.name, data: this.address };
  }

  #checkNotGone(): void {
    if (this.isGone) throw new ManagerDiedError();
  }

  #emptyInbox(): void {
    for (let parcel = this.#inbox.tryTake(); parcel; parcel = this.#inbox.tryTake()) parcel.discard();
  }
}

registerShippable(cellKind.name, (data) => ManagerCell.at(data));
