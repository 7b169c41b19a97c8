// Where what became of a task's items goes.

import type { CallSite } from './call-site.js';
import type { ItemValues } from './number-column.js';

/** Who wants to know. Each index is settled at most once. */
export interface Sink {
  /** Whether each item is a call of its own. */
  readonly isCall?: boolean;
  /** Errors are outcomes like others: they make no call fail. */
  readonly keepsErrors?: boolean;
  value(index: number, value: unknown): void;
  /** So many items will come, at least. */
  expect?(count: number): void;
  /** Values of consecutive items, together. @returns False if it takes them only one by one. */
  range?(first: number, values: ItemValues, from: number, count: number): boolean;
  /** @returns True if nothing more of the task is wanted. */
  error(index: number, error: unknown): boolean | undefined;
  /** Everything that is not settled yet never will be. */
  abort(reason: unknown): void;
  /** An item that runs has reported something. Absent: nobody wants to know. */
  report?: ((index: number, value: unknown, attempt: number) => void) | undefined;
  /** Where the item was submitted. */
  siteOf?(index: number): CallSite | undefined;
}
