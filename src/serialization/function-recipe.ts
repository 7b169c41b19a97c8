// The seam between the codec (which carries values) and the function shipper (which reads and rebuilds functions).
//
//   sender                                                          receiver
//   fn ─► FunctionReader.describe ─► recipe ─► codec ─► bytes ─► codec ─► FunctionLoader.build ─► fn
//                                     │ captured values are carried by the codec in the same graph,
//                                     └ so identity and cycles between functions and values survive

/** Any function or class. */
// biome-ignore lint/complexity/noBannedTypes: classes and functions alike, whatever their signature
export type AnyFunction = Function;

/** One of our own exports, a global or a builtin: `manyhands#Queue`, `global#Math.max`, `node:fs#readFileSync`. */
export interface NamedRecipe {
  readonly how: 'name';
  readonly name: string;
}

/** An export of an importable module that is not the entry script. */
export interface ReferenceRecipe {
  readonly how: 'reference';
  /** `file:` URL of the module. */
  readonly url: string;
  /** From the module's namespace to the function: `['default']`, `['Shape', 'prototype', 'area']`. */
  readonly path: readonly string[];
}

/** Source text plus the values it closes over. */
export interface CaptureRecipe {
  readonly how: 'capture';
  /** Everything about the code that is plain, JSON-like data; made by the reader, understood by the loader. */
  readonly code: CapturedCode;
  /** What the code closes over, in the order of `code.names`. */
  readonly captured: readonly CapturedValue[];
}

export interface CapturedCode {
  /** Content hash of all of this: the loader's cache key. */
  readonly hash: string;
  readonly source: string;
  /** URL and position of the author's text: stacks show these. */
  readonly url: string;
  readonly line: number;
  readonly column: number;
  /** Names that `captured` is bound to. */
  readonly names: readonly string[];
  /** URLs to be imported before `build` may be called (imported bindings of the code, modules it refers to). */
  readonly modules: readonly string[];
  /** Whatever else reader and loader agree on; plain data. */
  readonly [extra: string]: unknown;
}

/** A value closed over, or a piece of code made by the reader that computes it over there (an initializer to replay). */
export type CapturedValue = { readonly value: unknown } | { readonly recipe: CaptureRecipe };

export type FunctionRecipe = NamedRecipe | ReferenceRecipe | CaptureRecipe;

export interface FunctionReader {
  /**
   * Says how a function or class travels.
   * @param path Where it was found, for messages: `target`, `args[0].onDone`.
   * @throws {NotShippableError} If it can't; the message names the variable and the remedy.
   */
  describe(fn: AnyFunction, path: string): FunctionRecipe;
  /** A parcel is written, or refused: variables that functions share were paired within it, and are kept alive no longer. */
  end?(): void;
  /** The program starts a process: notes the modules that do so while they are imported. */
  noteStart?(): void;
  /** Names of the private fields and methods (`#count`) an instance has: nobody can carry those. */
  privateMembers?(instance: object): readonly string[];
}

export interface FunctionLoader {
  named(name: string): unknown;
  /** The module was imported by `prepare`; where it was not, it is loaded synchronously if the runtime can. */
  referenced(url: string, path: readonly string[]): AnyFunction;
  /** All captured values are there: they are bound as constants. The same hash and values may give the same function. */
  build(code: CapturedCode, captured: readonly unknown[]): AnyFunction;
  /** For cycles: the function first, its captured values later, by one call of `bind`. */
  buildLate(code: CapturedCode): { fn: AnyFunction; bind(captured: readonly unknown[]): void };
  /** Imports the modules that the recipes of a parcel need. */
  prepare(urls: readonly string[]): Promise<void>;
}
