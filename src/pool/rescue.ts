// Takes items back from workers that are slow, so that nothing quick waits behind something long while a worker idles.
//
//   worker 1   ▓ ▓ ▓ ████████████████ · · · ·        a long item in a batch of quick ones; those behind it have not begun
//   worker 2   ▓ ▓ ▓ ▓ ▓ ▓ idle                       they are taken back from worker 1, and given to worker 2
//
// Looks at the boards every few milliseconds, as long as a worker has more than one item. Chunks whose size the caller has
// chosen are left whole.

import type { Dispatcher, Seat } from './dispatcher.js';
import type { Staff } from './staff.js';
import type { Task } from './task.js';

const LOOK_MS = 5;
/** After so many looks at the same item it is taken to be a long one, although nobody idles. */
const LOOKS_UNTIL_LONG = 10;

/** What was seen of a seat at the last look. */
interface Sight {
  readonly running: number | undefined;
  /** For how many looks it has been the same. */
  readonly looks: number;
}

export class Rescue {
  readonly #dispatcher: Dispatcher<Task>;
  readonly #staff: Staff;
  readonly #onTaken: () => void;
  readonly #seen = new Map<number, Sight>();
  #timer: NodeJS.Timeout | undefined;
  /** Somebody idled at the last look, too. */
  #idled = false;

  /** @param onTaken Items have been taken back: they wait to be given to others. */
  constructor(dispatcher: Dispatcher<Task>, staff: Staff, onTaken: () => void) {
    this.#dispatcher = dispatcher;
    this.#staff = staff;
    this.#onTaken = onTaken;
  }

  /** Asked whenever batches have been handed out. */
  watch(): void {
    if (this.#timer || !this.#isNeeded()) return;
    this.#timer = setTimeout(() => this.#look(), LOOK_MS);
    this.#timer.unref(); // the pending items keep the program alive
  }

  /** Somebody has items that somebody else might run. */
  #isNeeded(): boolean {
    const seats = [...this.#dispatcher.seats()];
    return seats.length > 1 && seats.some(hasSpare);
  }

  #look(): void {
    this.#timer = undefined;
    const idle = this.#isAnyoneIdle();
    const idledTwice = idle && this.#idled;
    this.#idled = idle;
    let taken = 0;
    for (const seat of this.#dispatcher.seats()) {
      const worker = this.#staff.get(seat.id);
      if (!worker || !hasSpare(seat)) {
        this.#seen.delete(seat.id);
        continue;
      }
      const { running } = worker.board;
      const before = this.#seen.get(seat.id);
      const looks = before && running !== undefined && before.running === running ? before.looks + 1 : 0;
      this.#seen.set(seat.id, { running, looks });
      if (looks < LOOKS_UNTIL_LONG && !(idle && looks > 0) && !idledTwice) continue;
      taken += this.#staff.takeBack(worker, seat);
    }
    if (taken > 0) this.#onTaken();
    else this.watch();
  }

  /** An open seat has nothing to do, and there is nothing to give it. */
  #isAnyoneIdle(): boolean {
    if (this.#dispatcher.lastQueued) return false;
    for (const { closing, batches } of this.#dispatcher.seats())
      if (!closing && batches.length === 0) return true;
    return false;
  }
}

/** Whether the seat has more than the item it runs, and may be asked for the others. */
function hasSpare({ batches, held }: Seat<Task>): boolean {
  if (held || batches.length === 0) return false;
  const [{ portion, answered }] = batches;
  if (batches.length === 1 && portion.count - answered < 2) return false;
  return batches.every(({ source }) => source.chunkSize === 'auto');
}
