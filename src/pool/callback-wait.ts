// Waits on the event loop for somebody to call back, until a deadline.

import type { Deadline } from '../base/deadline.js';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits for the first call of what `subscribe` is given.
 * @param subscribe Says who is to be called. @returns What takes it back.
 * @returns False if the time was over before.
 * @throws The signal's reason, if it is aborted.
 */
export async function calledWithin(
  deadline: Deadline,
  subscribe: (call: () => void) => () => void,
): Promise<boolean> {
  deadline.throwIfAborted();
  if (deadline.expired) return false;
  const { signal } = deadline;
  const remainingMs = deadline.remainingMs();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  let unsubscribe: (() => void) | undefined;
  try {
    return await new Promise<boolean>((resolve, reject) => {
      unsubscribe = subscribe(() => resolve(true));
      if (remainingMs < LONGEST_TIMER_MS) timer = setTimeout(() => resolve(false), Math.ceil(remainingMs));
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  } finally {
    unsubscribe?.();
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}
