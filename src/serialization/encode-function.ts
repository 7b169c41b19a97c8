// Functions and classes: the recipe of the function shipper, and what it closes over in the same graph.
//
//   FUNCTION_NAMED      │ name
//   FUNCTION_REFERENCED │ URL │ varint length, path
//   FUNCTION_CAPTURED   │ late │ code │ varint count, captured values (own properties of the function among them)
//   RECIPE              │ the same: a piece of code that computes a captured value over there
//   late   1: something captured refers to the function, so it must be made before its captured values

import { NotShippableError, SerializationError } from '../base/errors.js';
import type { Cell, ShippedCode } from './captured-code.js';
import type { EncodeScope } from './encode-scope.js';
import type { AnyFunction, CapturedCode, CapturedValue, CaptureRecipe } from './function-recipe.js';
import { isOwnExportName } from './own-exports.js';
import { poisonMessage } from './poison.js';
import { FUNCTION_CAPTURED, FUNCTION_NAMED, FUNCTION_REFERENCED, POISON, PRELUDE, RECIPE } from './tags.js';
import { capturedVariable } from './value-path.js';

export function encodeFunction(scope: EncodeScope, fn: AnyFunction): void {
  const poison = poisonMessage(fn);
  if (poison !== undefined) {
    scope.out.u8(POISON);
    scope.out.string(poison);
    return;
  }
  if (!scope.functions) {
    throw new NotShippableError(`${scope.where()}: functions can't travel: no function shipper is installed`);
  }
  const recipe = scope.functions.describe(fn, scope.where());
  const { out } = scope;
  switch (recipe.how) {
    case 'name':
      out.u8(FUNCTION_NAMED);
      scope.node(fn);
      out.string(recipe.name);
      if (isOwnExportName(recipe.name)) scope.usesLibrary();
      return;
    case 'reference':
      out.u8(FUNCTION_REFERENCED);
      scope.node(fn);
      out.string(recipe.url);
      out.varint(recipe.path.length);
      for (const name of recipe.path) out.string(name);
      scope.modules.add(recipe.url);
      return;
    case 'capture':
      out.u8(FUNCTION_CAPTURED);
      encodeRecipe(scope, fn, recipe);
  }
}

/** @param node What references mean: the function, or the recipe itself if it is a piece of code to run. */
function encodeRecipe(scope: EncodeScope, node: object, recipe: CaptureRecipe): void {
  const { out } = scope;
  const { code, captured } = recipe;
  for (const url of code.modules) scope.modules.add(url);
  const late = out.at;
  out.u8(0);
  const number = scope.node(node);
  scope.whileOpen(
    number,
    () => {
      scope.withLeniency(false, () => scope.value(code));
      out.varint(captured.length);
      const hung = hungOn(code);
      const cells = new Set((code as Partial<ShippedCode>).cells);
      for (let i = 0; i < captured.length; i++) {
        if (cells.has(code.names[i])) encodeCellFirst(scope, code.names[i], captured[i]);
        encodeCaptured(scope, code.names[i] ?? `${i}`, captured[i], hung.has(i));
      }
    },
    () => {
      out.bytes[late] = 1;
    },
  );
}

/** Which captured values are own properties of the function or its prototype, no variables of its code. */
function hungOn(code: CapturedCode): Set<number> {
  const { attachments } = code as Partial<ShippedCode>;
  const properties = attachments?.filter(({ where }) => where === 'own' || where === 'prototype');
  return new Set(properties?.map(({ index }) => index));
}

/** A variable itself must travel; what is only reached through it, or hangs on the function, may become poison. */
function encodeCaptured(scope: EncodeScope, name: string, captured: CapturedValue, hangs: boolean): void {
  if ('recipe' in captured) {
    const { recipe } = captured;
    if (scope.repeat(recipe)) return;
    scope.out.u8(RECIPE);
    encodeRecipe(scope, recipe, recipe);
    return;
  }
  if (hangs) {
    scope.withLeniency(true, () => scope.member(capturedVariable(name), captured.value));
    return;
  }
  encodeVariable(scope, name, captured.value);
}

function encodeVariable(scope: EncodeScope, name: string, value: unknown): void {
  scope.step(capturedVariable(name), () => {
    try {
      scope.withLeniency(true, () => scope.value(value));
    } catch (error) {
      if (!(error instanceof SerializationError)) throw error;
      throw new NotShippableError(error.message, { cause: error.cause });
    }
  });
}

/** What is in a cell is the variable itself, and no mere property: it is written by itself, and then the cell refers to it. */
function encodeCellFirst(scope: EncodeScope, name: string, captured: CapturedValue): void {
  if ('recipe' in captured || scope.knows(captured.value as Cell)) return;
  const { v } = captured.value as Cell;
  const isObject = (typeof v === 'object' && v !== null) || typeof v === 'function';
  if (!isObject || scope.knows(v)) return;
  scope.out.u8(PRELUDE);
  encodeVariable(scope, name, v);
}
