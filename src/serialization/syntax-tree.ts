// Parsing an author's text into an ESTree, by acorn, which is loaded on first use only.

import { createRequire } from 'node:module';
import { NotShippableError } from '../base/errors.js';

/** A node of the tree, read by its type. */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** A word or sign of the text. */
export interface Token {
  readonly start: number;
  readonly text: string;
  readonly label: string;
}

interface AcornToken {
  readonly start: number;
  readonly end: number;
  readonly type: { readonly label: string };
}

interface Acorn {
  parse(text: string, options: object): Syntax;
}

let acorn: Acorn | undefined;

/**
 * Parses a whole script.
 * @throws {NotShippableError} If acorn does not understand it.
 */
export function parseScript(text: string, isModule: boolean): Syntax {
  return parse(text, isModule);
}

/** The words and signs of a script that is known to parse. */
export function readTokens(text: string, isModule: boolean): Token[] {
  const tokens: AcornToken[] = [];
  parse(text, isModule, tokens);
  return tokens.map(({ start, end, type }) => ({ start, text: text.slice(start, end), label: type.label }));
}

function parse(text: string, isModule: boolean, onToken?: AcornToken[]): Syntax {
  acorn ??= createRequire(import.meta.url)('acorn') as Acorn;
  const options = {
    ecmaVersion: 'latest',
    sourceType: isModule ? 'module' : 'script',
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowImportExportEverywhere: true,
    allowHashBang: true,
    checkPrivateFields: false,
    ...(onToken && { onToken }),
  };
  try {
    return acorn.parse(text, options);
  } catch (cause) {
    throw new NotShippableError(`the function's text is not understood: ${(cause as Error).message}`, {
      cause,
    });
  }
}

export function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Syntax>).type === 'string';
}

/** The node's children in the order of the text. */
export function* childrenOf(node: Syntax): Generator<Syntax> {
  for (const key in node) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isSyntax(item)) yield item;
    } else if (isSyntax(value)) {
      yield value;
    }
  }
}

export function childOf(node: Syntax, key: string): Syntax | undefined {
  const value = node[key];
  return isSyntax(value) ? value : undefined;
}

export function listOf(node: Syntax, key: string): Syntax[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isSyntax) : [];
}

export function nameOfIdentifier(node: Syntax | undefined): string | undefined {
  return node?.type === 'Identifier' || node?.type === 'PrivateIdentifier'
    ? (node['name'] as string)
    : undefined;
}

export function isFunctionNode(node: Syntax): boolean {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

export function isClassNode(node: Syntax): boolean {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}
