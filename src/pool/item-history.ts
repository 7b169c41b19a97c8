// What has become of the runs of a task's items, as far as anything went wrong: which run it is, whose worker died, whose time was over.

/** An item that was running in so many workers when they died is in quarantine: it is not run again, whatever `retries` says. */
export const MOST_DEATHS = 5;
/** So many workers may die over an item without having said what they ran, the last one with this item alone: then it was the cause. */
export const MOST_SILENT_DEATHS = 3;

/** How many go together that were in a batch over which a worker died. */
const SMALLER_COMPANY = 16;

export class ItemHistory {
  readonly #failures = new Map<number, number>();
  readonly #deaths = new Map<number, number>();
  readonly #silentDeaths = new Map<number, number>();
  readonly #disowned = new Set<number>();

  /** Which run of the item the next one is, or the present one. */
  attemptOf(index: number): number {
    return (this.#failures.get(index) ?? 0) + 1;
  }

  /** @returns How many runs have failed. */
  noteFailure(index: number): number {
    const failures = this.attemptOf(index);
    this.#failures.set(index, failures);
    return failures;
  }

  /** A worker died while it ran it: from now on it runs alone. @returns How many did. */
  noteDeath(index: number): number {
    return count(this.#deaths, index);
  }

  /** A worker died that had it, and had not said what it ran. @returns How many did. */
  noteSilentDeath(index: number): number {
    return count(this.#silentDeaths, index);
  }

  /** How many of these may go into one batch. */
  together(indices: readonly number[], limit: number): number {
    if (this.#deaths.size === 0 && this.#silentDeaths.size === 0) return limit; // FAST PATH
    let most = limit;
    for (let i = 0; i < Math.min(most, indices.length); i++) {
      const company = this.#companyOf(indices[i]);
      if (company <= i) return i;
      most = Math.min(most, company);
    }
    return most;
  }

  /** With how many others at most, itself included, an item may be in a batch. */
  #companyOf(index: number): number {
    if (this.#deaths.has(index)) return 1;
    const silent = this.#silentDeaths.get(index);
    if (silent === undefined) return Number.POSITIVE_INFINITY;
    return silent === 1 ? SMALLER_COMPANY : 1;
  }

  /** Its present run is over for us, whatever the worker makes of it; it is to be run again as soon as the worker has ended it. */
  disown(index: number): void {
    this.#disowned.add(index);
  }

  /** The run has ended. @returns Whether it was disowned. */
  reclaim(index: number): boolean {
    return this.#disowned.delete(index);
  }

  get anyDisowned(): boolean {
    return this.#disowned.size > 0;
  }
}

function count(deaths: Map<number, number>, index: number): number {
  const times = (deaths.get(index) ?? 0) + 1;
  deaths.set(index, times);
  return times;
}
