// Whether two values that have travelled are the same: by content, as identity does not survive the way.

import { isDeepStrictEqual } from 'node:util';
import { isShippable } from '../base/shippable.js';

/** Primitives as `Object.is` has it; shared objects and proxies if they are the same one; everything else by content. */
export function sameContent(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (isShippable(a) || isShippable(b)) return a === b;
  return isDeepStrictEqual(a, b);
}
