// The members of a class as they are now, compared with what its text says: the keys that were computed, the methods
// that are gone.

import type { AnalysedUnit } from './capture-request.js';
import type { AnyFunction } from './function-recipe.js';
import { refuse } from './named-values.js';
import { childOf, listOf, nameOfIdentifier, type Syntax } from './syntax-tree.js';

/** As `Function.prototype.toString` gives a method: without `static`. */
export function methodText(text: string, member: Syntax): string {
  const whole = text.slice(member.start, member.end);
  return member['static'] ? whole.slice('static'.length).trimStart() : whole;
}

export interface KeyNow {
  readonly local: string;
  readonly key: string | symbol;
  /** The member was taken off the class: it is given this key, and taken off again. */
  readonly isGone: boolean;
  readonly isStatic: boolean;
}

/** @throws {NotShippableError} If a key can't be known. */
export function keysNow(fn: AnyFunction, unit: AnalysedUnit, path: string): KeyNow[] {
  const taken = new Map<object, Set<string | symbol>>();
  return unit.computed.map(({ member, local, expression }) => {
    const isStatic = member['static'] === true;
    if (member.type !== 'MethodDefinition') {
      const written = unit.text.slice(expression.start, expression.end);
      refuse(
        path,
        `the key of its field [${written}] is computed, and may differ when the class is made again; ` +
          'keep the key in a const of its own before the class',
      );
    }
    const owner = isStatic ? fn : (fn.prototype as object);
    const used = taken.get(owner) ?? new Set();
    taken.set(owner, used);
    const key = Reflect.ownKeys(owner).find(
      (candidate) => !used.has(candidate) && holds(owner, candidate, member, unit.text),
    );
    if (key !== undefined) used.add(key);
    return { local, key: key ?? Symbol('removed method'), isGone: key === undefined, isStatic };
  });
}

function holds(owner: object, key: string | symbol, member: Syntax, text: string): boolean {
  const kind = member['kind'] as string;
  const part = kind === 'get' || kind === 'set' ? kind : 'value';
  const value = Object.getOwnPropertyDescriptor(owner, key)?.[part] as unknown;
  return typeof value === 'function' && Function.prototype.toString.call(value) === methodText(text, member);
}

/** Keys of methods that the text has and the class has no more. */
export function removedMethods(fn: AnyFunction, node: Syntax): { key: string; isStatic: boolean }[] {
  return listOf(childOf(node, 'body')!, 'body').flatMap((member) => {
    const key = childOf(member, 'key');
    if (member.type !== 'MethodDefinition' || member['computed'] || key?.type === 'PrivateIdentifier')
      return [];
    const name = nameOfIdentifier(key) ?? String(key?.['value']);
    const isStatic = member['static'] === true;
    const isThere = Object.hasOwn(isStatic ? fn : (fn.prototype as object), name);
    return isThere || member['kind'] === 'constructor' ? [] : [{ key: name, isStatic }];
  });
}
