// What a destructuring pattern binds or assigns to, and the expressions in it, in the order of the text.

import { childOf, listOf, type Syntax } from './syntax-tree.js';

export interface PatternPart {
  readonly node: Syntax;
  /** `target`: bound or assigned to. `expression`: a default value or computed key, which is only read. */
  readonly role: 'target' | 'expression';
  /** `{ name }`, short for `{ name: name }`. */
  readonly isShorthand: boolean;
}

export function* patternParts(node: Syntax, isShorthand = false): Generator<PatternPart> {
  switch (node.type) {
    case 'ObjectPattern':
      for (const property of listOf(node, 'properties')) {
        if (property['computed']) yield expression(childOf(property, 'key')!);
        const value = childOf(property, 'value') ?? childOf(property, 'argument')!;
        yield* patternParts(value, property['shorthand'] === true);
      }
      return;
    case 'ArrayPattern':
      for (const element of listOf(node, 'elements')) yield* patternParts(element);
      return;
    case 'AssignmentPattern':
      yield* patternParts(childOf(node, 'left')!, isShorthand);
      yield expression(childOf(node, 'right')!);
      return;
    case 'RestElement':
      yield* patternParts(childOf(node, 'argument')!);
      return;
    default:
      yield { node, role: 'target', isShorthand };
  }
}

function expression(node: Syntax): PatternPart {
  return { node, role: 'expression', isShorthand: false };
}
