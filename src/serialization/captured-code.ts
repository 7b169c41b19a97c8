// What reader and loader agree on about captured code: the fields beside source and position.

import type { CapturedCode } from './function-recipe.js';

/** An imported binding of the code: it is imported again over there. */
export interface ImportedName {
  readonly local: string;
  /** Index in `modules`. */
  readonly module: number;
  /** Name of the export; `*` for the namespace. */
  readonly name: string;
}

/** A property put on the function once it stands: a changed static, an own property, a method added later. */
export interface Attachment {
  /** Where in `captured` its value is. */
  readonly index: number;
  readonly where: 'own' | 'prototype' | 'parent' | 'parent of prototype';
  readonly key: string;
  /** Where in `captured` the key is, if it is a symbol. */
  readonly symbol?: number;
  /** `gone`: nothing is put there, the property is taken off. */
  readonly part: 'value' | 'get' | 'set' | 'gone';
  /** Bits: 1 writable, 2 enumerable, 4 configurable. */
  readonly flags: number;
}

export type CodeShape = 'expression' | 'method' | 'get' | 'set' | 'bound' | 'proxy';

export interface ShippedCode extends CapturedCode {
  readonly shape: CodeShape;
  readonly strict: boolean;
  /** The function's `name` and `length`, where the text alone would not give them. */
  readonly name: string;
  readonly length: number;
  /** URL that imports and `require` of the code are relative to. */
  readonly base: string;
  /** Which function it is, wherever it goes (`function-identity.ts`); no part of the hash. */
  readonly origin?: string;
  /** How many of `names`, from the first on, are variables of the code. */
  readonly variables: number;
  /** Those of them that the code assigns to. */
  readonly assigned: readonly string[];
  readonly imports: readonly ImportedName[];
  /** Names bound to something known by name in every process: `console`, a builtin module, an own export. */
  readonly named: readonly (readonly [local: string, name: string])[];
  /** Whether the code uses `require`, dynamic import or `import.meta` (renamed: see `RENAMED`). */
  readonly needs: readonly ('require' | 'import' | 'meta')[];
  /** Index in `captured` of the superclass. */
  readonly superIndex?: number;
  /** Names that are read on first use: `$lazy.name` in the source. */
  readonly lazy: readonly { readonly name: string; readonly index?: number; readonly import?: number }[];
  /** Variables that are carried in a cell `{ v }`: the source says `name$cell.v`. */
  readonly cells: readonly string[];
  /** Private static fields: the source ends with a static block that takes their values. */
  readonly privates: readonly { readonly name: string; readonly index: number }[];
  readonly attachments: readonly Attachment[];
  /** Whether properties may still be added, removed or changed. */
  readonly integrity?: 'fixed' | 'sealed' | 'frozen';
}

/**
 * `import(…)` and `import.meta` have no meaning in a plain script, and the `this` around an arrow is a value like any
 * other; names of the same length keep columns true.
 */
export const RENAMED = { import: 'imp0rt', meta: 'imp0rt_meta', this: 'th1s' } as const;

export const SUPER = '$super';
export const LAZY = '$lazy';
export const PRIVATES = '$privates';
export const CELL = '$cell';

/** A variable's value on the way; the codec keeps its identity within a parcel. */
export interface Cell {
  v: unknown;
}

/** Opens every script made from captured code, so its functions can be recognised when they are shipped on. */
export function scriptMark(hash: string): string {
  return `/*manyhands:${hash}*/`;
}

export function hashOfMark(source: string): string | undefined {
  return /^\/\*manyhands:([0-9a-f]+)\*\//.exec(source.slice(0, 80))?.[1];
}

/** A module asked for as the author wrote it: `modules` holds these for imported bindings. */
export interface ModuleRequest {
  readonly specifier: string;
  readonly base: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function writeRequest({ specifier, base, attributes }: ModuleRequest): string {
  if (attributes) return `${specifier}\n${base}\n${JSON.stringify(attributes)}`;
  return isSelfContained(specifier) ? specifier : `${specifier}\n${base}`;
}

export function readRequest(request: string): ModuleRequest {
  const [specifier, base = '', attributes] = request.split('\n');
  return attributes
    ? { specifier, base, attributes: JSON.parse(attributes) as Record<string, string> }
    : { specifier, base };
}

/** URLs and builtins mean the same whoever asks. */
function isSelfContained(specifier: string): boolean {
  return specifier.startsWith('file:') || specifier.startsWith('node:');
}

/** A content hash, 128 bits, hexadecimal. */
export function contentHash(text: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', text).slice(0, 32);
}
