// What Node gives a CommonJS script besides its own names: `require`, `__filename`, `__dirname`; at a prompt builtin modules too. The engine lists those only
// that some function of the script uses; an initializer that is to run again over there may need the others.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeModule } from '../base/late-builtins.js';
import type { NameDecision, NameQuestion } from './capture-request.js';
import { isGivenText, isTyped } from './entry-url.js';
import { refuse } from './named-values.js';
import { CAPTURED } from './value-path.js';

const PLACES = ['__filename', '__dirname'];
const OWN_MODULE = ['module', 'exports'];
/** Of the prompt. */
const LAST_RESULTS = ['_', '_error'];

export function isGivenByNode(name: string): boolean {
  return name === 'require' || PLACES.includes(name) || OWN_MODULE.includes(name);
}

/** Undefined if the name is none of these, or not in this script. */
export function wrapperDecision({ script, name: free, path }: NameQuestion): NameDecision | undefined {
  const { name, variable } = free;
  const { isModule, url } = script.facts;
  if (variable || isModule || script.revived) return undefined;
  // Of a program given by `-e`, by standard input or line by line they are globals.
  const isGlobal = Object.hasOwn(globalThis, name);
  if (!isGlobal && !url.startsWith('file:')) return undefined;
  if (name === 'require') return { name, needs: 'require' };
  if (PLACES.includes(name)) {
    const value: unknown = isGlobal ? (globalThis as Record<string, unknown>)[name] : placeOf(name, url);
    return { name, carry: { value } };
  }
  const isGiven = isGivenText(url);
  if (isGiven && isGlobal && isBuiltinModule(name)) return { name, named: `node:${name}` };
  if (isTyped(url) && isGlobal && LAST_RESULTS.includes(name))
    refuse(`${path}${CAPTURED}${name}`, 'it changes with each line; keep its value in a variable');
  if (OWN_MODULE.includes(name) && (isGiven || !isGlobal))
    refuse(
      `${path}${CAPTURED}${name}`,
      'it is the module of this process; pass what it needs as an argument',
    );
  return undefined;
}

/** At a prompt and in `-e` these are globals. */
function isBuiltinModule(name: string): boolean {
  return (
    nodeModule().builtinModules.includes(name) &&
    process.getBuiltinModule(name) === (globalThis as Record<string, unknown>)[name]
  );
}

function placeOf(name: string, url: string): string {
  const file = fileURLToPath(url);
  return name === '__filename' ? file : dirname(file);
}
