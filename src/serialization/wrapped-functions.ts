// Functions that stand for others: bound ones and proxies. They have no text; what they wrap travels.

import { type CodeShape, contentHash, type ShippedCode } from './captured-code.js';
import type { CaptureRecipe } from './function-recipe.js';
import type { FunctionFacts } from './inspector-session.js';

export function boundRecipe({ target, self, args }: NonNullable<FunctionFacts['bound']>): CaptureRecipe {
  const values = [target, self, ...args];
  const names = ['bound function', 'bound this', ...args.map((_, index) => `bound argument ${index}`)];
  return { how: 'capture', code: wrappingCode('bound', names), captured: values.map((value) => ({ value })) };
}

export function proxyRecipe({ target, handler }: NonNullable<FunctionFacts['proxy']>): CaptureRecipe {
  const captured = [{ value: target }, { value: handler }];
  return { how: 'capture', code: wrappingCode('proxy', ['proxy target', 'proxy handler']), captured };
}

function wrappingCode(shape: CodeShape, names: readonly string[]): ShippedCode {
  const content = {
    source: '',
    url: '',
    line: 0,
    column: 0,
    names,
    modules: [],
    shape,
    strict: true,
    name: '',
    length: 0,
    base: '',
    variables: 0,
    assigned: [],
    imports: [],
    named: [],
    needs: [],
    lazy: [],
    cells: [],
    privates: [],
    attachments: [],
  };
  return { ...content, hash: contentHash(`${shape} ${names.length}`) };
}
