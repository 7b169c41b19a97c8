// Which function is which, across processes: one that comes back is the same object, and a class sent twice is one class.
//
//   here   Point ── origin "x:1" ──► there   Point' (remembers "x:1")
//   here   Point ◄── origin "x:1" ── there   an instance of Point' is sent back

import type { AnyFunction } from './function-recipe.js';

const origins = new WeakMap<AnyFunction, string>();
const byOrigin = new Map<string, WeakRef<AnyFunction>>();
const swept = new FinalizationRegistry<string>((origin) => {
  if (byOrigin.get(origin)?.deref() === undefined) byOrigin.delete(origin);
});

/** No other process, nor thread, begins its origins with this. */
const prefix = `${process.pid.toString(36)}-${Math.random().toString(36).slice(2)}:`;
let count = 0;

/** Where the function was first sent from, if it ever was. */
export function originOf(fn: AnyFunction): string | undefined {
  return origins.get(fn);
}

/** Gives a function of this process an origin. */
export function assignOrigin(fn: AnyFunction): string {
  const origin = prefix + (count++).toString(36);
  rememberOrigin(fn, origin);
  return origin;
}

export function rememberOrigin(fn: AnyFunction, origin: string): void {
  origins.set(fn, origin);
  byOrigin.set(origin, new WeakRef(fn));
  swept.register(fn, origin);
}

/** The function of that origin, if it is in this process. */
export function functionOfOrigin(origin: string | undefined): AnyFunction | undefined {
  return origin === undefined ? undefined : byOrigin.get(origin)?.deref();
}

/** Whether it was made here by its author, and not rebuilt from a recipe. */
export function isOriginal(origin: string): boolean {
  return origin.startsWith(prefix);
}
