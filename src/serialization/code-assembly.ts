// Makes a script around captured code: the code stands inside a function whose constants are what it closes over.
//
//   /*mark*/(function($v,$lazy,…){"use strict";const a=$v[0],join=$m0.join;return {["name"]:( SOURCE
//   )}.name})
//
// The opening shares the source's first line, and a negative column offset makes up for its length: stacks show the
// author's file, line and column.

import { Script } from 'node:vm';
import { CELL, LAZY, PRIVATES, RENAMED, type ShippedCode, SUPER, scriptMark } from './captured-code.js';
import type { AnyFunction } from './function-recipe.js';
import { importedModule, importerOf, importMetaOf, requireOf } from './module-importer.js';
import { valueOfName } from './named-values.js';
import { rememberRevived } from './revived-code.js';

export type PrivateSetter = (values: readonly unknown[]) => void;

/** What the script's outermost function takes. */
export interface Closure {
  readonly values: readonly unknown[];
  readonly superclass: unknown;
  /** Names that are looked up on first use. */
  readonly lazy: object;
  /** Called by a class's text with the function that sets its private statics. */
  readonly privates: (set: PrivateSetter) => void;
}

/** Gives the function, and for late binding the way to set its variables. */
export type Maker = (closure: Closure) => {
  readonly made: object;
  readonly bind?: (values: readonly unknown[]) => void;
};

type Outermost = (
  values: readonly unknown[],
  modules: readonly object[],
  given: Record<string, unknown>,
  superclass: unknown,
  lazy: object,
  privates: Closure['privates'],
) => object | [object, (values: readonly unknown[]) => void];

const makers = new Map<string, Maker>();

/** Compiles code once per process. `isLate`: variables are set afterwards, which costs speed in hot loops. */
export function makerOf(code: ShippedCode, isLate: boolean): Maker {
  const key = isLate ? `late ${code.hash}` : code.hash;
  let maker = makers.get(key);
  if (!maker) {
    maker = compile(code, isLate);
    makers.set(key, maker);
    rememberRevived(code);
  }
  return maker;
}

function compile(code: ShippedCode, isLate: boolean): Maker {
  const before = opening(code, isLate);
  const script = new Script(`${before}${code.source}${closing(code, isLate)}`, {
    filename: fileNameOf(code),
    lineOffset: code.line,
    columnOffset: code.column - before.length,
  });
  const outermost = script.runInThisContext() as Outermost;
  const modules = code.modules.map(importedModule);
  const given = givenTo(code);
  return ({ values, superclass, lazy, privates }) => {
    const result = outermost(values, modules, given, superclass, lazy, privates);
    return Array.isArray(result) ? { made: result[0] as object, bind: result[1] as never } : { made: result };
  };
}

function opening(code: ShippedCode, isLate: boolean): string {
  const isLazy = new Set(code.lazy.map(({ name }) => name));
  const strict = code.strict ? '"use strict";' : '';
  const imports = code.imports
    .filter(({ local }) => !isLazy.has(local))
    .map(({ local, module, name }) => `const ${local}=${importText(module, name)};`);
  const named = code.named.map(([local], index) => `const ${local}=$g["named ${index}"];`);
  const needs = code.needs.map((need) => `const ${localOf(need)}=$g.${need};`);
  const start = `${scriptMark(code.hash)}(function($v,$m,$g,${SUPER},${LAZY},${PRIVATES}){${strict}`;
  const declared = isLate ? lateVariables(code) : fixedVariables(code);
  const kept = isLate ? '' : keptForClasses(code);
  const before = `${start}${declared}${kept}${imports.join('')}${named.join('')}${needs.join('')}`;
  const literal = code.shape === 'expression' ? `{[${JSON.stringify(code.name)}]:(` : '{';
  return `${before}return ${isLate ? '[' : ''}${literal}`;
}

function closing(code: ShippedCode, isLate: boolean): string {
  const literal = code.shape === 'expression' ? '\n)}' : '\n}';
  const sets = boundNames(code).map(({ local, index }) => `${local}=$n[${index}];`);
  return `${literal}${isLate ? `,($n)=>{${sets.join('')}}]` : ''}})`;
}

/** Variables that only a computed key uses: named in a function as well, the engine keeps them, and the class can be sent on. */
function keptForClasses(code: ShippedCode): string {
  if (!code.source.startsWith('class')) return '';
  const locals = boundNames(code).map(({ local }) => local);
  return locals.length ? `const $kept=()=>[${locals.join(',')}];` : '';
}

function importText(module: number, name: string): string {
  return name === '*' ? `$m[${module}]` : `$m[${module}][${JSON.stringify(name)}]`;
}

function fixedVariables(code: ShippedCode): string {
  const assigned = new Set(code.assigned);
  const declare = ({ local, name, index }: BoundName): string => {
    const isChanged = assigned.has(name) && local === name;
    return `${isChanged ? 'let' : 'const'} ${local}=$v[${index}];`;
  };
  return boundNames(code).map(declare).join('');
}

function lateVariables(code: ShippedCode): string {
  const locals = boundNames(code).map(({ local }) => local);
  return locals.length ? `let ${locals.join(',')};` : '';
}

interface BoundName {
  readonly name: string;
  readonly local: string;
  readonly index: number;
}

/** Captured variables that the script declares: all but those looked up on use. */
function boundNames(code: ShippedCode): BoundName[] {
  const isLazy = new Set(code.lazy.map(({ name }) => name));
  const isCell = new Set(code.cells);
  return code.names.slice(0, code.variables).flatMap((name, index) => {
    if (isLazy.has(name)) return [];
    return [{ name, local: isCell.has(name) ? name + CELL : name, index }];
  });
}

function localOf(need: ShippedCode['needs'][number]): string {
  return need === 'require' ? 'require' : RENAMED[need];
}

function givenTo(code: ShippedCode): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  code.named.forEach(([, name], index) => {
    given[`named ${index}`] = valueOfName(name);
  });
  for (const need of code.needs) {
    if (need === 'require') given['require'] = requireOf(code.base);
    if (need === 'import') given['import'] = importerOf(code.base);
    if (need === 'meta') given['meta'] = importMetaOf(code.base);
  }
  return given;
}

/** Coverage would count the captured text as the file itself and spoil both. */
function fileNameOf({ url, hash }: ShippedCode): string {
  return process.env['NODE_V8_COVERAGE'] ? `manyhands-captured:${hash}` : url || `manyhands:${hash}`;
}

/** The function among what the script returned: the one member of an object literal. */
export function memberOf(made: object, code: ShippedCode): AnyFunction {
  const [key] = Reflect.ownKeys(made);
  const descriptor = Object.getOwnPropertyDescriptor(made, key)!;
  const part = code.shape === 'get' || code.shape === 'set' ? code.shape : 'value';
  return descriptor[part] as AnyFunction;
}
