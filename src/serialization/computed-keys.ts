// Computed keys of a class's members. Over there the class is made again from its text, and an expression might give
// another key there: the keys that are there are carried instead, and the expressions are left out.
//
//   class C { [Symbol('x')]() {} }   ─►   class C { [$k3y0]() {} }   and the symbol itself as the value of $k3y0

import { lookUp } from './scope-chain.js';
import type { ScriptScopes } from './script-names.js';
import { childOf, listOf, nameOfIdentifier, type Syntax } from './syntax-tree.js';

export interface ComputedKey {
  readonly member: Syntax;
  /** The expression between the brackets. */
  readonly expression: Syntax;
  /** What stands there instead. */
  readonly local: string;
}

/** Computed keys of a class that might not be the same when they are computed again; static fields are carried as they are. */
export function computedKeys(node: Syntax, scopes: ScriptScopes): ComputedKey[] {
  const keys: ComputedKey[] = [];
  for (const member of listOf(childOf(node, 'body')!, 'body')) {
    if (!member['computed'] || (member.type === 'PropertyDefinition' && member['static'])) continue;
    const expression = childOf(member, 'key')!;
    if (!isFixed(expression, scopes)) keys.push({ member, expression, local: `$k3y${keys.length}` });
  }
  return keys;
}

/** Whether an expression gives the same key whenever it is computed. */
function isFixed(node: Syntax, scopes: ScriptScopes): boolean {
  switch (node.type) {
    case 'Literal':
      return true;
    case 'TemplateLiteral':
      return listOf(node, 'expressions').every((part) => isFixed(part, scopes));
    case 'BinaryExpression':
      return isFixed(childOf(node, 'left')!, scopes) && isFixed(childOf(node, 'right')!, scopes);
    case 'MemberExpression':
      return !node['computed'] && isSymbolClass(childOf(node, 'object'), scopes);
    case 'CallExpression':
      return isSymbolFor(node, scopes) && listOf(node, 'arguments').every((part) => isFixed(part, scopes));
    case 'Identifier':
      return isConstant(node, scopes);
    default:
      return false;
  }
}

/** `Symbol.for('…')`. */
function isSymbolFor(node: Syntax, scopes: ScriptScopes): boolean {
  const callee = childOf(node, 'callee');
  if (callee?.type !== 'MemberExpression' || callee['computed']) return false;
  const isFor = nameOfIdentifier(childOf(callee, 'property')) === 'for';
  return isFor && isSymbolClass(childOf(callee, 'object'), scopes);
}

function isSymbolClass(node: Syntax | undefined, scopes: ScriptScopes): boolean {
  if (nameOfIdentifier(node) !== 'Symbol' || node?.type !== 'Identifier') return false;
  const reference = scopes.references.find(({ start }) => start === node.start);
  return reference !== undefined && lookUp(reference.scope, 'Symbol') === undefined;
}

function isConstant(node: Syntax, scopes: ScriptScopes): boolean {
  const variable = scopes.references.find(({ start }) => start === node.start)?.variable;
  if (!variable || variable.writes.length > 0) return false;
  return variable.kind === 'const' || variable.kind === 'import' || variable.kind === 'param';
}
