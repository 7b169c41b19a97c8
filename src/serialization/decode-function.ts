// Functions and classes as they are read: by name, by reference, or built from source and captured values.

import type { DecodeScope } from './decode-scope.js';
import type { AnyFunction, CapturedCode } from './function-recipe.js';
import { FUNCTION_CAPTURED, FUNCTION_NAMED, FUNCTION_REFERENCED, RECIPE } from './tags.js';

export function decodeFunction(scope: DecodeScope, tag: number): AnyFunction {
  switch (tag) {
    case FUNCTION_NAMED: {
      const node = scope.reserve();
      const named = scope.loader().named(scope.input.string());
      if (typeof named !== 'function') scope.input.corrupt('a name is that of no function');
      scope.fill(node, named);
      return named;
    }
    case FUNCTION_REFERENCED:
      return decodeReferenced(scope);
    case FUNCTION_CAPTURED:
    case RECIPE:
      return decodeCaptured(scope);
    default:
      return scope.input.corrupt(`tag ${tag} is unknown`);
  }
}

function decodeReferenced(scope: DecodeScope): AnyFunction {
  const { input } = scope;
  const node = scope.reserve();
  const url = input.string();
  const path: string[] = [];
  for (let left = input.count(1); left > 0; left--) path.push(input.string());
  const fn = scope.loader().referenced(url, path);
  scope.fill(node, fn);
  return fn;
}

function decodeCaptured(scope: DecodeScope): AnyFunction {
  const { input } = scope;
  const late = input.u8() === 1;
  const node = scope.reserve();
  const code = scope.object() as CapturedCode;
  if (!isCode(code)) input.corrupt('captured code is malformed');
  const loader = scope.loader();
  const made = late ? loader.buildLate(code) : undefined;
  if (made) scope.fill(node, made.fn);
  const captured: unknown[] = [];
  for (let left = input.count(1); left > 0; left--) captured.push(scope.value());
  if (made) {
    made.bind(captured);
    return made.fn;
  }
  const fn = loader.build(code, captured);
  scope.fill(node, fn);
  return fn;
}

function isCode(code: Partial<CapturedCode>): boolean {
  return typeof code.hash === 'string' && typeof code.source === 'string' && Array.isArray(code.names);
}
