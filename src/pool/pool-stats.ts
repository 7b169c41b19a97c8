// What a pool is doing.

export interface PoolStats {
  /** Workers wanted. */
  readonly processes: number;
  /** Workers that are ready for items. */
  readonly ready: number;
  /** Worker processes started since the beginning. */
  readonly started: number;
  /** Those that ended unasked. */
  readonly crashed: number;
  /** Items that were run to their end, with a result or an error. */
  readonly completed: number;
  /** Items submitted and not settled. */
  readonly pending: number;
  /** Pids of the workers. */
  readonly pids: readonly number[];
}
