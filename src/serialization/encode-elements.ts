// The elements of an array, holes included: numbers in one block, anything else one by one.
//
//   ARRAY │ varint length │ elements, among them HOLES │ varint number of holes

import { Gaps } from './array-facts.js';
import type { EncodeScope } from './encode-scope.js';
import { NUMBERS_WORTH, numbersTag, writeNumbers } from './number-arrays.js';
import { ARRAY, HOLES } from './tags.js';

export function encodeElements(scope: EncodeScope, array: readonly unknown[]): void {
  const { out } = scope;
  const length = array.length;
  if (length >= NUMBERS_WORTH && typeof array[0] === 'number') {
    const tag = numbersTag(array);
    if (tag !== 0) {
      writeNumbers(out, array as readonly number[], tag);
      return;
    }
  }
  let gaps: Gaps | undefined;
  out.u8(ARRAY);
  out.varint(length);
  for (let i = 0; i < length; i++) {
    const value = array[i];
    if (typeof value === 'number') out.number(value);
    else if (typeof value === 'string') out.string(value);
    else if (value === undefined && !(i in array)) {
      const holes = (gaps ??= new Gaps(array)).at(i);
      out.u8(HOLES);
      out.varint(holes);
      i += holes - 1;
    } else scope.member(i, value);
  }
}
