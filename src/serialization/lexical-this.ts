// The `this` an arrow function sees, which the engine does not list among its scopes.
//
//   at the top of an ES module    undefined
//   at the top of a CommonJS one  its module.exports
//   in a static member            the class
//   in a running function         that frame's, if the arrow stands in the very call that is running or in its locals

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AnalysedUnit, CaptureRequest } from './capture-request.js';
import { isGivenText } from './entry-url.js';
import { canPause, type FrameView, framesOf, isHeldBy } from './inspector-frames.js';
import { refuse } from './named-values.js';
import type { CodeUnit } from './script-names.js';
import type { ScriptText } from './script-text.js';
import {
  childOf,
  childrenOf,
  isClassNode,
  isFunctionNode,
  listOf,
  nameOfIdentifier,
  readTokens,
  type Syntax,
} from './syntax-tree.js';
import { valueIn } from './unset-variables.js';

interface ThisQuestion extends CaptureRequest, AnalysedUnit {}

const REMEDY = 'copy it to a variable first: const self = this';

/** @throws {NotShippableError} If the arrow uses a `this` that can't be found out. */
export function lexicalThis(
  request: CaptureRequest,
  unit: AnalysedUnit,
): { readonly value: unknown } | undefined {
  const question = { ...request, ...unit };
  const { free, isWhole, path } = question;
  const use = free.outer.get('this');
  if (!use) return undefined;
  const around = isWhole ? thisAtTop(question, use.binder) : undefined;
  const found =
    around ??
    (isWhole ? (thisOfClass(question, use.binder) ?? thisOfFrame(question, use.binder)) : undefined);
  if (found) return found;
  refuse(path, `it is an arrow function that uses the 'this' around it, which can't be read; ${REMEDY}`);
}

function thisAtTop({ script }: ThisQuestion, binder: number): { readonly value: unknown } | undefined {
  if (binder !== -1 || script.revived) return undefined;
  if (script.facts.isModule) return { value: undefined };
  if (isGivenText(script.facts.url)) return { value: globalThis };
  if (!script.facts.url.startsWith('file:')) return undefined;
  const cache = createRequire(import.meta.url).cache as Record<string, { exports: unknown } | undefined>;
  const cached = cache[fileURLToPath(script.facts.url)];
  return cached && { value: cached.exports };
}

/** In a static field or block, `this` is the class; it is known by its name. */
function thisOfClass(
  { script, facts }: ThisQuestion,
  binder: number,
): { readonly value: unknown } | undefined {
  for (const { node, parent } of script.scopes?.units ?? []) {
    if (!isClassNode(node) || binder <= node.start || binder >= node.end) continue;
    const member = listOf(childOf(node, 'body')!, 'body').find(({ start }) => start === binder);
    if (
      !member ||
      (member.type !== 'StaticBlock' && !(member.type === 'PropertyDefinition' && member['static']))
    )
      continue;
    const name = nameOfIdentifier(childOf(node, 'id') ?? (parent && variableOf(parent)));
    const scope = facts.scopes.find(({ variables }) => name !== undefined && Object.hasOwn(variables, name));
    const value = scope && valueIn(scope.variables, name!);
    const isIt =
      typeof value === 'function' && Function.prototype.toString.call(value).length === node.end - node.start;
    return isIt ? { value } : undefined;
  }
  return undefined;
}

/** The variable a class expression is given to: `const Name = class {…}`, `Name = class {…}`. */
function variableOf(parent: Syntax): Syntax | undefined {
  return childOf(parent, parent.type === 'AssignmentExpression' ? 'left' : 'id');
}

function thisOfFrame(question: ThisQuestion, binder: number): { readonly value: unknown } | undefined {
  const { fn, script, facts, path } = question;
  const owner = script.scopes?.units.find(({ start, isArrow }) => start === binder && !isArrow);
  if (!owner || !facts.location) return undefined;
  if (!canPause()) {
    refuse(
      path,
      `it is an arrow function that uses 'this', which can't be read while a debugger is attached; ${REMEDY}`,
    );
  }
  if (hasLegacyOctal(script)) {
    refuse(
      path,
      `it is an arrow function that uses 'this', which can't be read in a script with octal numbers like 010; ${REMEDY}`,
    );
  }
  // Arrows between the owner and the function see the same `this`, and may be what is running.
  const frames = framesOf({
    scriptId: facts.location.scriptId,
    isWithin: (line, column) => isOwnerOrArrowIn(owner, script, script.offsetAt({ line, column })),
  });
  const frame = frames.find((view) => isHeldBy(fn, view.locals) || standsInCall(question, owner, view));
  return frame && { value: frame.self };
}

/**
 * Whether the text has octal literals or escapes of sloppy mode. The engine reads it again to show a frame, as strict code if the
 * frame is that of a class, and then it shows a wrong `this` or ends the process (Node 20 to 26).
 */
function hasLegacyOctal(script: ScriptText): boolean {
  const { source, isModule } = script.facts;
  if (isModule || !MAYBE_OCTAL.test(source)) return false;
  return readTokens(source, isModule).some(
    ({ label, text }) =>
      (label === 'num' && /^0\d/.test(text)) || (label === 'string' && OCTAL_ESCAPE.test(text)),
  );
}

const MAYBE_OCTAL = /\b0\d|\\\d/;
const OCTAL_ESCAPE = /(?<!\\)(?:\\\\)*\\(?:[1-9]|0\d)/;

function isOwnerOrArrowIn(owner: CodeUnit, script: ScriptText, offset: number): boolean {
  let innermost: CodeUnit | undefined;
  for (const unit of script.scopes?.units ?? []) {
    if (unit.shape === 'class' || unit.start > offset || unit.end <= offset) continue;
    if (!innermost || unit.start >= innermost.start) innermost = unit;
  }
  if (!innermost) return false;
  return (
    innermost.start === owner.start ||
    (innermost.isArrow && isInside(innermost, owner) && sharesThis(innermost, owner, script))
  );
}

function isInside(inner: CodeUnit, outer: CodeUnit): boolean {
  return inner.start > outer.start && inner.end <= outer.end;
}

/** Whether only arrows stand between the two. */
function sharesThis(arrow: CodeUnit, owner: CodeUnit, script: ScriptText): boolean {
  return !(script.scopes?.units ?? []).some(
    (unit) => !unit.isArrow && isInside(unit, owner) && unit.start < arrow.start && unit.end >= arrow.end,
  );
}

/** Whether the call that runs in the frame is one whose text holds the arrow. */
function standsInCall({ script, unit }: ThisQuestion, owner: CodeUnit, { line, column }: FrameView): boolean {
  const at = script.offsetAt({ line, column });
  let stands = false;
  const visit = (node: Syntax): void => {
    if (unit.start < node.start || unit.end > node.end || stands) return;
    const isCall = node.type === 'CallExpression' || node.type === 'NewExpression';
    if (isCall && at >= node.start && at < node.end && isOfCallItself(node, at)) stands = true;
    for (const child of childrenOf(node)) visit(child);
  };
  visit(owner.node);
  return stands;
}

/** Whether a position in a call belongs to it, and not to a function written inside it. */
function isOfCallItself(node: Syntax, at: number): boolean {
  for (const child of childrenOf(node)) {
    if (at < child.start || at >= child.end) continue;
    return !isFunctionNode(child) && isOfCallItself(child, at);
  }
  return true;
}
