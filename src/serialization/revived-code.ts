// The captured code that was made into functions in this process: such functions can be shipped on.

import type { ShippedCode } from './captured-code.js';

const byHash = new Map<string, ShippedCode>();

export function rememberRevived(code: ShippedCode): void {
  byHash.set(code.hash, code);
}

export function revivedCode(hash: string): ShippedCode | undefined {
  return byHash.get(hash);
}
