// The words in which the names of a script are spoken of: scopes, variables, references, and the code units they are in.

import type { Syntax } from './syntax-tree.js';

export type VariableKind = 'const' | 'let' | 'var' | 'function' | 'class' | 'import' | 'param';

export interface ImportBinding {
  readonly specifier: string;
  /** Name of the export; `*` for the namespace. */
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Variable {
  readonly name: string;
  kind: VariableKind;
  readonly scope: Scope;
  readonly start: number;
  /** The `VariableDeclarator` with an initializer, if that is how it is declared. */
  readonly declarator?: Syntax;
  /** The function or class declaration that makes it. */
  readonly declaration?: Syntax;
  readonly binding?: ImportBinding;
  /** References that change it, its declaration apart. */
  readonly writes: Reference[];
}

export interface Scope {
  readonly parent: Scope | undefined;
  readonly isFunction: boolean;
  /** Whether the script's top level, or that of a function around all of it. */
  readonly isTop: boolean;
  readonly start: number;
  readonly names: Map<string, Variable>;
  strict: boolean;
}

/** `update` reads and writes in one (`n++`); `write` overwrites or initializes lazily. */
export type Access = 'read' | 'write' | 'update';

export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly scope: Scope;
  access: Access;
  /** `{ name }`, short for `{ name: name }`. */
  readonly isShorthand: boolean;
  /** What is called, or the tag of a template. */
  isCalled?: true;
  variable?: Variable;
}

export type LexicalUseKind =
  | 'this'
  | 'arguments'
  | 'super'
  | 'new.target'
  | 'import.meta'
  | 'import()'
  | 'eval'
  | 'private';

/** A use of something that no variable stands for. `binder` is where what gives it its meaning begins; -1 for the top. */
export interface LexicalUse {
  readonly kind: LexicalUseKind;
  readonly start: number;
  readonly end: number;
  readonly binder: number;
  readonly name?: string;
}

/** A function or class in the text; `start` and `end` are those of `Function.prototype.toString`. */
export interface CodeUnit {
  readonly node: Syntax;
  readonly shape: 'expression' | 'method' | 'get' | 'set' | 'class';
  readonly isArrow: boolean;
  readonly start: number;
  readonly end: number;
  readonly scope: Scope;
  readonly strict: boolean;
  /** In whose instance or static field initializer an arrow stands. */
  readonly parent: Syntax | undefined;
}

export interface ScriptScopes {
  readonly top: Scope;
  readonly references: readonly Reference[];
  readonly uses: readonly LexicalUse[];
  readonly units: readonly CodeUnit[];
}
