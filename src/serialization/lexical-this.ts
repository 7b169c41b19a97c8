// The `this` an arrow function sees, which the engine does not list among its scopes.

import type { FreeVariables } from './free-variables.js';
import type { CaptureRequest } from './function-capture.js';
import { refuse } from './named-values.js';
import type { CodeUnit } from './script-names.js';
import type { ScriptText } from './script-text.js';

export interface ThisQuestion extends CaptureRequest {
  readonly script: ScriptText;
  readonly unit: CodeUnit;
  readonly free: FreeVariables;
}

/** @throws {NotShippableError} If the arrow uses a `this` that can't be found out. */
export function lexicalThis(question: ThisQuestion): { readonly value: unknown } | undefined {
  const { free, script, path } = question;
  const use = free.outer.get('this');
  if (!use) return undefined;
  if (use.binder === -1 && script.facts.isModule) return { value: undefined };
  refuse(
    path,
    "it is an arrow function that uses the 'this' around it; copy it to a variable first: const self = this",
  );
}
