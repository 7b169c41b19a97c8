// Makes a script around captured code: the code stands inside a function whose constants are what it closes over.
//
//   /*mark*/(function($v,$lazy,…){"use strict";const a=$v[0],join=$m0.join;return {["name"]:( SOURCE
//   )}.name})
//
// The opening shares the source's first line, and a negative column offset makes up for its length: stacks show the
// author's file, line and column.

import { Script } from 'node:vm';
import { LAZY, RENAMED, type ShippedCode, scriptMark } from './captured-code.js';
import type { AnyFunction } from './function-recipe.js';
import { importedModule, importerOf, importMetaOf, requireOf } from './module-importer.js';
import { valueOfName } from './named-values.js';
import { rememberRevived } from './revived-code.js';

/** What the script's outermost function takes. */
export interface Closure {
  readonly values: readonly unknown[];
  readonly superclass: unknown;
  /** Names that are looked up on first use. */
  readonly lazy: object;
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
  return ({ values, superclass, lazy }) => {
    const result = outermost(values, modules, given, superclass, lazy);
    return Array.isArray(result) ? { made: result[0] as object, bind: result[1] as never } : { made: result };
  };
}

function opening(code: ShippedCode, isLate: boolean): string {
  const isLazy = new Set(code.lazy.map(({ name }) => name));
  const variables = code.names.slice(0, code.variables);
  const strict = code.strict ? '"use strict";' : '';
  const declared = isLate
    ? lateVariables(variables.filter((name) => !isLazy.has(name)))
    : fixedVariables(code, isLazy);
  const imports = code.imports
    .filter(({ local }) => !isLazy.has(local))
    .map(({ local, module, name }) =>
      name === '*'
        ? `const ${local}=$m[${module}];`
        : `const ${local}=$m[${module}][${JSON.stringify(name)}];`,
    );
  const named = code.named.map(([local], index) => `const ${local}=$g["named ${index}"];`);
  const needs = code.needs.map((need) => `const ${localOf(need)}=$g.${need};`);
  const start = `${scriptMark(code.hash)}(function($v,$m,$g,$super,${LAZY}){${strict}${declared}`;
  const key = `[${JSON.stringify(code.name)}]`;
  const literal = code.shape === 'expression' ? `{${key}:(` : '{';
  return `${start}${imports.join('')}${named.join('')}${needs.join('')}return ${isLate ? '[' : ''}${literal}`;
}

function closing(code: ShippedCode, isLate: boolean): string {
  const literal = code.shape === 'expression' ? '\n)}' : '\n}';
  const bind = `,($n)=>{${code.names
    .slice(0, code.variables)
    .map((name, index) => (code.lazy.some((lazy) => lazy.name === name) ? '' : `${name}=$n[${index}];`))
    .join('')}}]`;
  return `${literal}${isLate ? bind : ''}})`;
}

function fixedVariables(code: ShippedCode, isLazy: ReadonlySet<string>): string {
  const assigned = new Set(code.assigned);
  return code.names
    .slice(0, code.variables)
    .map((name, at) => (isLazy.has(name) ? '' : `${assigned.has(name) ? 'let' : 'const'} ${name}=$v[${at}];`))
    .join('');
}

function lateVariables(names: readonly string[]): string {
  return names.length ? `let ${names.join(',')};` : '';
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
