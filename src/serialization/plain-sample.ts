// Which objects need not be looked at property by property: those with the hidden class of one that was.

import { hasHiddenClass, sharesHiddenClass } from '../platform/hidden-class.js';
import { isPlainData } from './accessors.js';
import { isIndex } from './array-facts.js';

/** So many objects are looked at before the engine is asked for their hidden classes: a program that sends few never asks. */
const LOOKS_FIRST = 256;
let looks = 0;

/** The objects with one sequence of keys. */
export class PlainSample {
  /** Held weakly: what a program sent is not kept alive. */
  #sample: WeakRef<object> | undefined;

  /** Whether the object, whose enumerable keys are `keys`, is nothing but these and their values. */
  covers(object: object, keys: readonly string[]): boolean {
    const sample = this.#sample?.deref();
    if (sample !== undefined && sharesHiddenClass(sample, object)) return true;
    if (!isPlainData(object, keys)) return false;
    if (servesAsSample(object, keys)) this.#sample = new WeakRef(object);
    return true;
  }
}

/** Whether what was found of a plain object goes for all that have its hidden class and the same keys. */
export function servesAsSample(object: object, keys: readonly string[]): boolean {
  // Elements are no part of the hidden class; their keys come first.
  return ++looks > LOOKS_FIRST && !isIndex(keys[0]) && hasHiddenClass(object);
}
