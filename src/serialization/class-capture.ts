// A class's text, so that building it again runs nothing but its definition: static initializers are left out (their
// values are attached as they are now), and the superclass is the real one.

import { SUPER } from './captured-code.js';
import { blank, type Change } from './code-rewriting.js';
import { childOf, listOf, type Syntax } from './syntax-tree.js';

/** Stretches of a class's text that are not run over there. */
export function classLeftOut(node: Syntax): Syntax[] {
  const superclass = superclassOf(node);
  const out = superclass ? [superclass] : [];
  for (const member of listOf(childOf(node, 'body')!, 'body')) {
    const isStaticField = member.type === 'PropertyDefinition' && member['static'] === true;
    if (!isStaticField && member.type !== 'StaticBlock') continue;
    if (childOf(member, 'key')?.type === 'PrivateIdentifier') continue;
    out.push(member);
  }
  return out;
}

/** What stands there instead. */
export function classChanges(text: string, node: Syntax): Change[] {
  const superclass = superclassOf(node);
  return classLeftOut(node).map((part) =>
    blank(text, part.start, part.end, part === superclass ? SUPER : ''),
  );
}

/** The expression after `extends`; `extends null` stays as it is. */
function superclassOf(node: Syntax): Syntax | undefined {
  const superclass = childOf(node, 'superClass');
  return superclass?.type === 'Literal' ? undefined : superclass;
}
