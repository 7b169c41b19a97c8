// Symbols: registered and well-known ones by name; others only within what a function closes over.

import type { EncodeScope } from './encode-scope.js';
import { idOfSymbol } from './local-symbols.js';
import { SYMBOL_FOR, SYMBOL_LOCAL, SYMBOL_WELL_KNOWN } from './tags.js';

/** `Symbol.iterator` and the like, by the name of the property. */
export const wellKnownSymbols = new Map<string, symbol>();
const nameOfWellKnown = new Map<symbol, string>();

for (const name of Object.getOwnPropertyNames(Symbol)) {
  const symbol: unknown = (Symbol as unknown as Record<string, unknown>)[name];
  if (typeof symbol !== 'symbol') continue;
  wellKnownSymbols.set(name, symbol);
  nameOfWellKnown.set(symbol, name);
}

export function encodeSymbol(scope: EncodeScope, symbol: symbol): void {
  const { out } = scope;
  const wellKnown = nameOfWellKnown.get(symbol);
  if (wellKnown !== undefined) {
    out.u8(SYMBOL_WELL_KNOWN);
    out.string(wellKnown);
    return;
  }
  const key = Symbol.keyFor(symbol);
  if (key !== undefined) {
    out.u8(SYMBOL_FOR);
    out.string(key);
    return;
  }
  if (!scope.lenient) {
    scope.refuse(`${String(symbol)} is a symbol of this process only`, 'use Symbol.for');
  }
  out.u8(SYMBOL_LOCAL);
  out.string(idOfSymbol(symbol));
  scope.value(symbol.description);
}

/** Symbol keys by which Node marks its event emitters; they carry nothing. */
const EMITTER_MARKS = new Set(['kCapture', 'shapeMode']);

export function isEmitterMark(key: string | symbol): boolean {
  return typeof key === 'symbol' && EMITTER_MARKS.has(key.description ?? '');
}
