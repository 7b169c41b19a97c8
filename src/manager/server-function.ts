// A user's function that is run at the server, as one step that nothing comes between.

import { ownCopy } from './own-copy.js';

/**
 * Runs `fn` and copies what it gives, so that what can't travel is refused before anything is changed.
 * @param what The method it was given to, for messages.
 * @throws {TypeError} If `fn` is async: others would be served while it waits.
 */
export function runHere<Argument>(
  what: string,
  fn: (argument: Argument) => unknown,
  argument: Argument,
): unknown {
  const result = fn(argument);
  if (result instanceof Promise) {
    result.catch(() => {}); // its error does not matter any more
    throw new TypeError(`${what} takes a function that is not async: nothing may come between its steps`);
  }
  return ownCopy(result, 'result');
}
