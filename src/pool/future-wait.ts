// wait(): until some or all of several futures are done.

import { Deadline, type WaitOptions } from '../base/deadline.js';
import { calledWithin } from './callback-wait.js';
import { Future, hasFailed, whenDone } from './future.js';

/** When `wait` returns, if the time is not over before. A cancelled future is done, and not an exception. */
export type ReturnWhen = 'ALL_COMPLETED' | 'FIRST_COMPLETED' | 'FIRST_EXCEPTION';

export interface FuturesWaitOptions extends WaitOptions {
  /** `'ALL_COMPLETED'` unless said. */
  returnWhen?: ReturnWhen | undefined;
}

export interface WaitResult<F> {
  /** Those that have ended: with a result, with an error, or cancelled. */
  readonly done: Set<F>;
  readonly notDone: Set<F>;
}

const ways: readonly ReturnWhen[] = ['ALL_COMPLETED', 'FIRST_COMPLETED', 'FIRST_EXCEPTION'];

/**
 * Waits for futures; the counterpart of `concurrent.futures.wait`. They may belong to several executors.
 * The results are not looked at, and nothing is cancelled when the time (milliseconds) is over: that is no error.
 * @throws {TypeError} If an argument is wrong. The signal's reason, if it is aborted.
 */
export async function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  options: FuturesWaitOptions | number = {},
): Promise<WaitResult<F>> {
  const all = setOfFutures('wait', futures);
  const returnWhen = (typeof options === 'number' ? undefined : options.returnWhen) ?? 'ALL_COMPLETED';
  if (!ways.includes(returnWhen))
    throw new TypeError(`wait: returnWhen must be one of ${ways.join(', ')}, got ${String(returnWhen)}`);
  const deadline = Deadline.from(options);
  deadline.throwIfAborted();
  const pending = new Set([...all].filter((future) => !future.done()));
  const isOver = () => pending.size === 0 || [...all].some((future) => endsWait(future, returnWhen));
  if (!isOver()) await calledWithin(deadline, (tell) => watch(pending, returnWhen, tell));
  const done = new Set([...all].filter((future) => future.done()));
  return { done, notDone: new Set([...all].filter((future) => !done.has(future))) };
}

/** @throws {TypeError} If one of them is no future. */
export function setOfFutures<F extends Future<unknown>>(where: string, futures: Iterable<F>): Set<F> {
  const all = new Set(futures);
  for (const future of all) {
    if (!(future instanceof Future))
      throw new TypeError(`${where}: expected futures of an executor, got ${typeof future}`);
  }
  return all;
}

/** Whether this future alone is reason enough to stop waiting. */
function endsWait(future: Future<unknown>, returnWhen: ReturnWhen): boolean {
  if (returnWhen === 'FIRST_COMPLETED') return future.done();
  return returnWhen === 'FIRST_EXCEPTION' && hasFailed(future);
}

function watch<F extends Future<unknown>>(
  pending: Set<F>,
  returnWhen: ReturnWhen,
  tell: () => void,
): () => void {
  const removals = [...pending].map((future) =>
    whenDone(future, () => {
      pending.delete(future);
      if (pending.size === 0 || endsWait(future, returnWhen)) tell();
    }),
  );
  return () => {
    for (const remove of removals) remove();
  };
}
