// Which item the code that runs here and now belongs to: also in callbacks, also after the item has ended.
//
//   a function that waits (it returned a promise before), or is new    runs in an async context of its own
//   one that has only ever returned at once                            runs without one, which costs nothing
//
// So an error that nobody has caught is blamed on the item it comes from: while an item waits, the event loop may bring the
// error of another one that ended long ago.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { AnyFunction } from '../serialization/function-recipe.js';
import type { RunningItem } from './current-task.js';

const contexts = new AsyncLocalStorage<RunningItem>();
let anyWaits = false;

/** A function that a worker has been given. */
export class TaskFunction {
  readonly #fn: AnyFunction;
  #waits: boolean | undefined;

  constructor(fn: AnyFunction) {
    this.#fn = fn;
  }

  /** Whether it has only ever returned at once, so that it may run without a context. */
  get isQuick(): boolean {
    return this.#waits === false;
  }

  call(argument: unknown): unknown {
    return this.#fn(argument);
  }

  spread(args: unknown[]): unknown {
    return this.#fn(...args);
  }

  callFor(item: RunningItem, args: unknown[]): unknown {
    return contexts.run(item, this.#fn as (...args: unknown[]) => unknown, ...args);
  }

  /** It returned a promise, or it did not. */
  noteWaits(waits: boolean): void {
    if (waits) this.#waits = anyWaits = true;
    else if (this.#waits === undefined) {
      this.#waits = false;
      if (!anyWaits) contexts.disable(); // contexts cost something as long as they are in use
    }
  }
}

/** The item that the code that runs now comes from, if that is known. */
export function itemOfContext(): RunningItem | undefined {
  return contexts.getStore();
}
