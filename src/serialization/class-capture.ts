// A class's text, so that building it again runs nothing but its definition: static initializers are left out (their
// values are attached as they are now), and the superclass is the real one.

import { PRIVATES, type ShippedCode, SUPER } from './captured-code.js';
import { blank, type Change } from './code-rewriting.js';
import { childOf, listOf, type Syntax } from './syntax-tree.js';

/** Stretches of a class's text that are not run over there. */
export function classLeftOut(node: Syntax): Syntax[] {
  const superclass = superclassOf(node);
  const out = superclass ? [superclass] : [];
  for (const member of listOf(childOf(node, 'body')!, 'body')) {
    const isStaticField = member.type === 'PropertyDefinition' && member['static'] === true;
    if (!isStaticField && member.type !== 'StaticBlock') continue;
    if (childOf(member, 'key')?.type !== 'PrivateIdentifier') out.push(member);
    else if (childOf(member, 'value')) out.push(childOf(member, 'value')!);
  }
  return out;
}

/** What stands there instead. */
export function classChanges(text: string, node: Syntax, privates: ShippedCode['privates']): Change[] {
  const superclass = superclassOf(node);
  const changes = classLeftOut(node).map((part) => {
    if (part === superclass) return blank(text, part.start, part.end, SUPER);
    const isMember = part.type === 'PropertyDefinition' || part.type === 'StaticBlock';
    return isMember
      ? blank(text, part.start, part.end)
      : { start: part.start, end: part.end, text: 'void 0' };
  });
  if (privates.length === 0) return changes;
  const targets = privates.map(({ name }) => `this.#${name}`).join(',');
  const end = node.end - 1;
  return [...changes, { start: end, end, text: `static{${PRIVATES}(($v)=>{[${targets}]=$v})}` }];
}

/** Names of the static fields that are private. */
export function privateStatics(node: Syntax): string[] {
  const members = listOf(childOf(node, 'body')!, 'body');
  const fields = members.filter(
    (member) => member.type === 'PropertyDefinition' && member['static'] === true,
  );
  const keys = fields
    .map((member) => childOf(member, 'key'))
    .filter((key) => key?.type === 'PrivateIdentifier');
  return keys.map((key) => key!['name'] as string);
}

/** The expression after `extends`; `extends null` stays as it is. */
function superclassOf(node: Syntax): Syntax | undefined {
  const superclass = childOf(node, 'superClass');
  return superclass?.type === 'Literal' ? undefined : superclass;
}
