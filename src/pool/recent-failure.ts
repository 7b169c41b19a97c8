// Whether a call of a pool has just failed, so that an error may be what ends the block in which the pool was made.
//
//   await using pool = new Pool();
//   await Promise.all([pool.apply(a), pool.apply(b)]);      a rejects ─► the block is left in the same turn, while b is pending
//
// JavaScript does not tell a disposer why it is called. What can be known: a rejection was told in this very turn of the event
// loop, and nothing has been submitted since.

export class RecentFailure {
  #isFresh = false;

  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** A call is rejected now. */
  note(): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    setImmediate(() => this.clear()).unref();
  }

  /** Something was submitted: whoever knows of the failure goes on. */
  clear(): void {
    this.#isFresh = false;
  }
}
