// The frames of the call that is running now, seen by pausing in it for a moment. It is how the `this` around an arrow
// function is found, which the engine does not list among the function's scopes.

import { createRequire } from 'node:module';
import type { AnyFunction } from './function-recipe.js';
import { inspectorSession } from './inspector-session.js';
import { UNSET, valueIn } from './unset-variables.js';

/** A running function; `this` and locals are live values. */
export interface FrameView {
  readonly scriptId: string;
  /** Where in it the running call stands. */
  readonly line: number;
  readonly column: number;
  readonly self: unknown;
  /** The values of its local variables. */
  readonly locals: readonly unknown[];
}

/** What says which frames are wanted: their function begins there. */
export interface FramePlace {
  readonly scriptId: string;
  isWithin(line: number, column: number): boolean;
}

interface CallFrame {
  readonly location: {
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly functionLocation?: { readonly lineNumber: number; readonly columnNumber: number };
  readonly callFrameId: string;
  readonly scopeChain: readonly { readonly type: string; readonly object: { readonly objectId?: string } }[];
}

const LOCAL_SCOPES = new Set(['local', 'block', 'catch']);

/** Whether frames can be looked at: a person's debugger would stop there too. */
export function canPause(): boolean {
  const { url } = createRequire(import.meta.url)('node:inspector') as { url(): string | undefined };
  return url() === undefined;
}

/** Frames, innermost first, of functions that begin at that place. */
export function framesOf({ scriptId, isWithin }: FramePlace): FrameView[] {
  const session = inspectorSession();
  const found: FrameView[] = [];
  session.pause((frames) => {
    for (const frame of frames as readonly CallFrame[]) {
      const begin = frame.functionLocation;
      if (frame.location.scriptId !== scriptId || !begin || !isWithin(begin.lineNumber, begin.columnNumber))
        continue;
      const scopes = frame.scopeChain.filter(({ type }) => LOCAL_SCOPES.has(type));
      const [self, ...objects] = session.take([
        session.evaluateIn(frame.callFrameId, 'this'),
        ...scopes.map(({ object }) => object),
      ]);
      found.push({
        scriptId,
        line: frame.location.lineNumber,
        column: frame.location.columnNumber,
        self,
        locals: objects.flatMap((object) => valuesOf(object as Record<string, unknown>)),
      });
    }
  });
  return found;
}

/** Without those that have none yet. */
function valuesOf(variables: Readonly<Record<string, unknown>>): unknown[] {
  return Object.keys(variables)
    .map((name) => valueIn(variables, name))
    .filter((value) => value !== UNSET);
}

/** Whether a function is one of these values, or a property of one, a few steps deep. */
export function isHeldBy(fn: AnyFunction, values: readonly unknown[], depth = 2): boolean {
  return values.some((value) => {
    if (value === fn) return true;
    if (typeof value !== 'object' || value === null || depth === 0) return false;
    const properties = Object.values(Object.getOwnPropertyDescriptors(value));
    return isHeldBy(
      fn,
      properties.map(({ value: held }) => held as unknown),
      depth - 1,
    );
  });
}
