// What the engine knows of an array without looking at its elements: that it has nothing besides them, and what they are.
//
// All of it is in the array's hidden class: V8 keeps a kind of elements, and changes it when something else is put in. So
// one comparison takes the place of listing the keys, and numbers can be copied natively, without a look at each.

import { indexOfHiddenClass, learnHiddenClasses } from '../platform/hidden-class.js';

/** Nothing is known: it may have named properties, be of a subclass, be frozen, be a proxy. */
export const UNKNOWN_ARRAY = -1;
/** Four-byte integers without -0, none missing. */
export const ALL_INT32 = 0;
/** Numbers, none missing. */
export const ALL_NUMBERS = 1;
/** Anything, none missing. */
export const ALL_THERE = 2;
/** The same three, but elements may be missing. */
export const INT32_OR_HOLES = 3;
export const NUMBERS_OR_HOLES = 4;
export const ANYTHING = 5;

/** So much is looked at before the engine is asked: a program that sends few arrays never asks. */
const LOOKS_FIRST = 8192;
const LOOKS_EACH = 32;
let looks = 0;

const samples = [[1], [1.5], ['a'], withHole(1), withHole(1.5), withHole('a')];

function withHole(element: unknown): unknown[] {
  const array = new Array<unknown>(2);
  array[0] = element;
  return array;
}

/** One of the above. What is known goes for the moment of the call. */
export function kindOfArray(array: readonly unknown[]): number {
  if (looks < LOOKS_FIRST) {
    looks += LOOKS_EACH + array.length;
    if (looks < LOOKS_FIRST || !learnHiddenClasses()) return UNKNOWN_ARRAY;
  }
  return indexOfHiddenClass(samples, array);
}
