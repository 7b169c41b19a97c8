// Steps of the walk over a script's scopes that need no state: making, climbing and recognising.

import type { CodeUnit, Scope, Variable } from './script-names.js';
import { childOf, isFunctionNode, listOf, nameOfIdentifier, type Syntax } from './syntax-tree.js';

export function toUnit(node: Syntax, scope: Scope, strict: boolean, parent: Syntax): CodeUnit {
  const isArrow = node.type === 'ArrowFunctionExpression';
  const base = { node, isArrow, end: node.end, scope, strict, parent };
  const isMethod =
    parent.type === 'MethodDefinition' ||
    (parent.type === 'Property' && (parent['method'] === true || parent['kind'] !== 'init'));
  if (!isMethod || !isFunctionNode(node)) return { ...base, shape: 'expression', start: node.start };
  const kind = parent['kind'] as string;
  const shape = kind === 'get' || kind === 'set' ? kind : 'method';
  return { ...base, shape, start: parent.start + (parent['static'] ? 'static'.length : 0) };
}

export function newScope(parent: Scope, start: number): Scope {
  return { parent, isFunction: false, isTop: false, start, names: new Map(), strict: parent.strict };
}

export function functionScopeOf(scope: Scope): Scope {
  let at = scope;
  while (!at.isFunction && at.parent) at = at.parent;
  return at;
}

export function lookUp(scope: Scope, name: string): Variable | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const variable = at.names.get(name);
    if (variable) return variable;
  }
  return undefined;
}

export function hasUseStrict(body: readonly Syntax[]): boolean {
  for (const statement of body) {
    if (typeof statement['directive'] !== 'string') return false;
    if (statement['directive'] === 'use strict') return true;
  }
  return false;
}

/** `(() => { … })();` as tsx and bundlers write it around a whole script: what stands in it is made once, as at the top. */
export function calledAtTop(tree: Syntax): ReadonlySet<Syntax> {
  const calls = listOf(tree, 'body').map((statement) => childOf(statement, 'expression'));
  const callees = calls.flatMap((call) => (call?.type === 'CallExpression' && childOf(call, 'callee')) || []);
  return new Set(
    callees.filter(
      (node) =>
        isFunctionNode(node) &&
        !node['async'] &&
        !node['generator'] &&
        !node['id'] &&
        listOf(node, 'params').length === 0,
    ),
  );
}

export function privateNameOf(member: Syntax): string | undefined {
  const key = childOf(member, 'key');
  return key?.type === 'PrivateIdentifier' ? (key['name'] as string) : undefined;
}

/** `x = x ?? …`, `x = x || …`. */
export function isLazyInitialization(left: Syntax, right: Syntax): boolean {
  const operator = right['operator'];
  if (right.type !== 'LogicalExpression' || (operator !== '??' && operator !== '||')) return false;
  const name = nameOfIdentifier(left);
  return name !== undefined && nameOfIdentifier(childOf(right, 'left')) === name;
}
