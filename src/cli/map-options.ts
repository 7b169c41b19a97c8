// What `manyhands map` is told by its flags.

export interface MapOptions {
  readonly jobs: number;
  /** A file whose lines are the items. */
  readonly input?: string;
  readonly out?: string;
  readonly failed?: string;
  readonly ordered?: boolean;
  readonly progress?: boolean;
  /** Milliseconds an item may run. */
  readonly timeout?: number;
  readonly retries?: number;
  readonly chunkSize?: number;
  /** Items that are in the results file already are not run again. */
  readonly resume?: boolean;
  /** A file for when each item ran, and where. */
  readonly trace?: string;
}
