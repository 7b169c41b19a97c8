// What an import declaration binds: local names, and the exports they stand for.

import type { ImportBinding } from './script-names.js';
import { childOf, listOf, nameOfIdentifier, type Syntax } from './syntax-tree.js';

export interface LocalImport {
  readonly local: Syntax;
  readonly binding: ImportBinding;
}

export function importBindings(node: Syntax): LocalImport[] {
  const specifier = childOf(node, 'source')!['value'] as string;
  const pairs = listOf(node, 'attributes').map((attribute) => [
    nameOf(childOf(attribute, 'key')!),
    childOf(attribute, 'value')!['value'],
  ]);
  const attributes = pairs.length > 0 && { attributes: Object.fromEntries(pairs) as Record<string, string> };
  return listOf(node, 'specifiers').map((item) => {
    const imported = childOf(item, 'imported');
    const byType = item.type === 'ImportDefaultSpecifier' ? 'default' : '*';
    const name = imported ? nameOf(imported) : byType;
    return { local: childOf(item, 'local')!, binding: { specifier, name, ...attributes } };
  });
}

/** Of an identifier, or of a string that stands for one. */
function nameOf(node: Syntax): string {
  return nameOfIdentifier(node) ?? String(node['value']);
}
