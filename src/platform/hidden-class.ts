// Hidden classes: whether two objects have the same properties, with the same flags, in the same order. V8 compares one
// word for that; the language has no question for it but to list the properties one by one, which takes 70 times as long.
//
// V8's own comparison is part of a syntax that is off. It is switched on while two functions are compiled, once in a
// process, and off again: nothing else is compiled meanwhile. Where that can't be done (another engine, a V8 without the
// syntax), nothing is known of any object, and the callers list properties.
//
// These functions of V8 end the process if they are given anything but an ordinary object; of what JavaScript calls an object that
// is a proxy, and what WebAssembly makes, which has no prototype and is never asked about.

import { types } from 'node:util';
import { Script } from 'node:vm';
import { nodeV8 } from '../base/late-builtins.js';

interface Natives {
  readonly isFast: (object: object) => boolean;
  readonly areSame: (a: object, b: object) => boolean;
}

/** V8 may forget the bytes of a function that is not called for long, and could not compile it again. */
const ATTEMPTS = 3;
let attempts = 0;
let natives: Natives | undefined;

/**
 * Whether the properties of an object are those of its hidden class. Not so for objects that are used as dictionaries,
 * for proxies, and where nothing is known. Elements (`object[0]`) are no part of it.
 */
export function hasHiddenClass(object: object): boolean {
  natives ??= learn();
  if (natives === undefined || types.isProxy(object)) return false;
  try {
    return natives.isFast(object);
  } catch {
    natives = undefined;
    return false;
  }
}

/** Whether an object has the same hidden class as one for which `hasHiddenClass` was true. */
export function sharesHiddenClass(known: object, object: object): boolean {
  if (natives === undefined || types.isProxy(object)) return false;
  try {
    return natives.areSame(known, object);
  } catch {
    natives = undefined;
    return false;
  }
}

/** Whether hidden classes can be told apart here; from now on `indexOfHiddenClass` does. */
export function learnHiddenClasses(): boolean {
  natives ??= learn();
  return natives !== undefined;
}

/** Whose hidden class of these an object has; -1 if none's, for proxies, and before anything was learned. */
export function indexOfHiddenClass(known: readonly object[], object: object): number {
  if (natives === undefined || types.isProxy(object)) return -1;
  try {
    for (let i = 0; i < known.length; i++) if (natives.areSame(known[i], object)) return i;
  } catch {
    natives = undefined;
  }
  return -1;
}

function learn(): Natives | undefined {
  if (attempts === ATTEMPTS) return undefined;
  attempts++;
  return compile() ?? compileWithSyntax();
}

/** The syntax is on already where the program was started with it: then it stays on. */
function compileWithSyntax(): Natives | undefined {
  try {
    const { setFlagsFromString } = nodeV8();
    setFlagsFromString('--allow-natives-syntax');
    try {
      return compile();
    } finally {
      setFlagsFromString('--no-allow-natives-syntax');
    }
  } catch {
    return undefined;
  }
}

function compile(): Natives | undefined {
  try {
    const isFast = new Script('(object) => %HasFastProperties(object)').runInThisContext();
    const areSame = new Script('(a, b) => %HaveSameMap(a, b)').runInThisContext();
    // Compiled at the first call.
    const works =
      isFast({}) === true && areSame({ a: 1 }, { a: 2 }) === true && areSame({ a: 1 }, { b: 2 }) === false;
    return works ? { isFast, areSame } : undefined;
  } catch {
    return undefined;
  }
}
