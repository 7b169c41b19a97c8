// What is asked and answered while a function is captured.

import type { ModuleRequest, ShippedCode } from './captured-code.js';
import type { ComputedKey } from './computed-keys.js';
import type { FreeName, FreeVariables } from './free-variables.js';
import type { AnyFunction, CapturedValue, CaptureRecipe } from './function-recipe.js';
import type { FunctionFacts } from './inspector-session.js';
import type { CodeUnit, Variable } from './script-names.js';
import type { ScriptText, UnitText } from './script-text.js';
import type { Syntax } from './syntax-tree.js';

export interface CaptureRequest {
  readonly fn: AnyFunction;
  readonly facts: FunctionFacts;
  readonly path: string;
  /** Given by the caller itself, and not found as a captured value of another function. */
  readonly isHandedOver: boolean;
}

/** A unit of a script with what was found out about its text: the same for every function made from it. */
export interface AnalysedUnit extends UnitText {
  readonly script: ScriptText;
  readonly free: FreeVariables;
  /** Parts of its text that do not travel. */
  readonly leftOut: readonly Syntax[];
  /** Of a class: keys that are carried and not computed again. */
  readonly computed: readonly ComputedKey[];
  /** For an initializer: what stands around its text. */
  readonly around?: readonly [before: string, after: string];
  /** Codes made from it, by the decisions that were taken. */
  readonly codes: Map<string, ShippedCode>;
}

/** What is to happen to one free name of a function? */
export interface NameQuestion extends CaptureRequest {
  readonly script: ScriptText;
  readonly unit: CodeUnit;
  /** Whether everything around the function was read. */
  readonly isWhole: boolean;
  readonly name: FreeName;
  /** Makes a recipe of the code that computes a variable's first value. */
  captureInitializer(question: NameQuestion, variable: Variable, declarator: Syntax): CaptureRecipe;
}

/** One of the optional fields is set; none: the name means the same over there (a global). */
export interface NameDecision {
  readonly name: string;
  readonly carry?: CapturedValue;
  readonly imported?: ModuleRequest & { readonly name: string };
  readonly named?: string;
  readonly needs?: 'require' | 'import' | 'meta';
  /** The function has this name itself, and the variable of the name holds something else. */
  readonly isRebound?: true;
  /** Looked up on every use, or on first use, and not when the function is built. */
  readonly isLazy?: true;
  /** What is carried is a cell: the variable is shared with other functions that may change it. */
  readonly isCell?: true;
}
