// Modules of Node that are loaded at their first use: none is needed by every child, and each would cost every child's start.

export const nodeModule = (): typeof import('node:module') => process.getBuiltinModule('node:module');
export const nodeOs = (): typeof import('node:os') => process.getBuiltinModule('node:os');
export const nodeStream = (): typeof import('node:stream') => process.getBuiltinModule('node:stream');
export const nodeV8 = (): typeof import('node:v8') => process.getBuiltinModule('node:v8');
export const nodeVm = (): typeof import('node:vm') => process.getBuiltinModule('node:vm');
