// A plain object with many keys: each is written with its value, and none is kept for the next object.
//
//   DICTIONARY │ varint count │ (key, value)…

import type { EncodeScope } from './encode-scope.js';
import { DICTIONARY } from './tags.js';

export function encodeDictionary(
  scope: EncodeScope,
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): void {
  scope.out.u8(DICTIONARY);
  scope.out.varint(keys.length);
  for (const key of keys) {
    scope.out.string(key);
    scope.member(key, record[key]);
  }
}
