// Who inside a process owns an RLock: an async call inside `hold` or `runExclusive`, or the process as a whole.
//
// A process runs many async calls side by side; a lock that counted the process as one owner would let all of them in at
// once. So what runs inside `runExclusive` is marked (AsyncLocalStorage), with a number of its own per lock.
//
// `hold` has no function to run inside, and must not mark its caller before it has the lock: whoever called that caller
// without awaiting it would be marked as well, and would be let in. The mark is set when the lock is there, by the code
// that gets it:  - `using guard = await lock.hold()` reads the guard's dispose method at that very place: it sets the mark;
//                - a call on the lock in the same turn as `await lock.hold()` comes back: `granted` tells that turn.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Address } from '../memory/arena.js';

/** The process itself: calls outside `hold` and `runExclusive`. */
export const PROCESS_OWNER = 0;

export interface OwnerContext {
  readonly lock: Address;
  readonly owner: number;
  readonly outer: OwnerContext | undefined;
  /** False once what it stood for is over. */
  live: boolean;
}

let storage: AsyncLocalStorage<OwnerContext | undefined> | undefined;
let owners = 0;
let granted: OwnerContext | undefined;

/** The owner that the running code is, for this lock. */
export function ownerHere(lock: Address): number {
  if (granted?.lock === lock) enter(granted);
  for (let context = storage?.getStore(); context; context = context.outer) {
    if (context.lock === lock && context.live) return context.owner;
  }
  return PROCESS_OWNER;
}

export function newContext(lock: Address): OwnerContext {
  return { lock, owner: ++owners, outer: storage?.getStore(), live: true };
}

/** Runs `fn` inside the context. */
export function runInside<R>(context: OwnerContext, fn: () => R): R {
  storage ??= new AsyncLocalStorage();
  return storage.run(context, fn);
}

/** What follows in the running async call is inside the context. */
export function enter(context: OwnerContext): void {
  storage ??= new AsyncLocalStorage();
  if (storage.getStore() !== context) storage.enterWith(context);
}

/** Gives `promise` on; the turn in which its first `await` comes back is known as the context's. */
export function grant<T>(promise: Promise<T>, context: OwnerContext): Promise<T> {
  promise.then(
    () => {
      granted = context;
      queueMicrotask(() => {
        granted = undefined; // queued behind the reaction of whoever awaits the promise
      });
    },
    () => {},
  );
  return promise;
}
