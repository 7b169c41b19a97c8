// Whom the death of a worker is blamed on.
//
//   it said which item it was running       that one has failed; if it is run again, then alone; after MOST_DEATHS it is in quarantine
//   it said of none, and had a batch        it may have died over the message itself: the items of its oldest batch are under suspicion,
//                                           run in smaller company, then alone; who was there MOST_SILENT_DEATHS times was it
//   the pool has ended it                   nobody: the item it was ended for is settled already, or to be run again

import type { Dispatcher, Item } from './dispatcher.js';
import { MOST_DEATHS, MOST_SILENT_DEATHS } from './item-history.js';
import type { Settlement } from './settlement.js';
import type { Task } from './task.js';
import type { Worker, WorkerEnd } from './worker.js';
import { crashError, describeItem } from './worker-errors.js';

/** What is known of a death. */
export interface Verdict {
  /** The item that has to answer for it, or for whose sake the worker was ended. */
  readonly victim: Item<Task> | undefined;
  /** Whether the worker had begun with something. */
  readonly ranItem: boolean;
}

export class Deaths {
  readonly #dispatcher: Dispatcher<Task>;
  readonly #settlement: Settlement;

  constructor(dispatcher: Dispatcher<Task>, settlement: Settlement) {
    this.#dispatcher = dispatcher;
    this.#settlement = settlement;
  }

  /**
   * Takes the worker's seat away; its other items go back.
   * @param ended Ticket of the item that it was ended for.
   */
  judge(worker: Worker, end: WorkerEnd, ended: number | undefined): Verdict {
    const seat = this.#dispatcher.seat(worker.id);
    const running = worker.condemned ? ended : end.running;
    const ranItem = running !== undefined && seat !== undefined && !!this.#dispatcher.itemWith(seat, running);
    const accused = ranItem || worker.condemned ? running : this.#accused(worker.id);
    return { victim: this.#dispatcher.lost(worker.id, accused), ranItem };
  }

  /** The item fails, or is run again. */
  async blame(worker: Worker, end: WorkerEnd, victim: Item<Task>): Promise<void> {
    const { source, index } = victim;
    if (source.reclaim(index)) {
      this.#settlement.runAgain(victim);
      return;
    }
    if (worker.condemned) return; // it has been settled
    const { retries } = source.options;
    const deaths = retries > 0 ? source.history.noteDeath(index) : 1;
    const isQuarantined = deaths >= MOST_DEATHS && deaths <= retries;
    const stderrTail = await worker.stderr.last();
    const { isOutOfMemory } = worker.stderr;
    const error = crashError(worker.name, end, {
      task: describeItem(victim),
      stderrTail,
      isOutOfMemory,
      isQuarantined,
    });
    this.#settlement.fail(victim, error, !isQuarantined);
  }

  /** Ticket of the item that was there too often, if it is one. */
  #accused(id: number): number | undefined {
    const batch = this.#dispatcher.seat(id)?.batches[0];
    if (!batch) return undefined;
    const suspects = this.#dispatcher.itemsOf(batch);
    const deaths = suspects.map(({ source, index }) => source.history.noteSilentDeath(index));
    const isProven = suspects.length === 1 && deaths[0] >= MOST_SILENT_DEATHS;
    return isProven ? batch.firstTicket + batch.answered : undefined;
  }
}
