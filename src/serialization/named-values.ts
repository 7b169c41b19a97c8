// What every process has under the same name: own exports, globals and Node's builtin modules.
//
//   manyhands#Queue      global#Math.max      node:fs#promises.readFile      node:fs

import { NotShippableError, SerializationError } from '../base/errors.js';
import { nodeModule, nodeVm } from '../base/late-builtins.js';
import { isOwnExportName, nameOfOwnExport, ownExport } from './own-exports.js';

// Lazy globals (fetch, crypto, WebSocket) are left out: to look at them loads what stands behind them.
const GLOBAL_NAMES = (
  'Object Function Array Number Boolean String Symbol BigInt Date Promise RegExp Error AggregateError EvalError ' +
  'RangeError ReferenceError SyntaxError TypeError URIError ArrayBuffer SharedArrayBuffer Uint8Array Int8Array ' +
  'Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray BigUint64Array ' +
  'BigInt64Array DataView Map Set WeakMap WeakSet WeakRef FinalizationRegistry Proxy Reflect JSON Math Intl Atomics ' +
  'WebAssembly globalThis parseInt parseFloat isNaN isFinite decodeURI decodeURIComponent encodeURI ' +
  'encodeURIComponent escape unescape eval console process Buffer URL URLSearchParams AbortController AbortSignal ' +
  'Event EventTarget TextEncoder TextDecoder setTimeout clearTimeout setInterval clearInterval setImmediate ' +
  'clearImmediate queueMicrotask structuredClone atob btoa performance'
).split(' ');

const names = new WeakMap<object, string>();
let builtinsSeen = 0;
let areGlobalsKnown = false;

/** The name something travels by, if every process has it. */
export function nameOfValue(value: object): string | undefined {
  const own = nameOfOwnExport(value);
  if (own !== undefined) return own;
  if (!areGlobalsKnown) learnGlobals();
  const known = names.get(value);
  if (known !== undefined) return known;
  learnBuiltins();
  return names.get(value) ?? nameOfLazyGlobal(value);
}

/**
 * What a name stands for in this process.
 * @throws {SerializationError} If there is no such thing here.
 */
export function valueOfName(name: string): unknown {
  if (isOwnExportName(name)) return ownExport(name);
  const [root, path] = splitName(name);
  let value: unknown = root === 'global' ? globalThis : builtin(root);
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
  if (value === undefined) throw new SerializationError(`there is no ${name} in this process`);
  return value;
}

function builtin(name: string): unknown {
  return process.getBuiltinModule(name);
}

function splitName(name: string): [root: string, path: string[]] {
  const at = name.indexOf('#');
  return at < 0 ? [name, []] : [name.slice(0, at), name.slice(at + 1).split('.')];
}

function learnGlobals(): void {
  areGlobalsKnown = true;
  for (const name of GLOBAL_NAMES) {
    const value = (globalThis as unknown as Record<string, unknown>)[name];
    if (value !== process && value !== globalThis) learn(value, `global#${name}`, 2);
  }
  // Under jest a test has globals of its own: what Node made has these.
  const ofNode = nodeVm().runInThisContext('globalThis') as Record<string, unknown>;
  if (ofNode !== globalThis)
    for (const name of GLOBAL_NAMES) learn(ofNode[name], `global#${name}`, name === 'process' ? 0 : 2);
  names.set(ofNode, 'global#globalThis');
  names.set(globalThis, 'global#globalThis');
  names.set(process, 'global#process');
  for (const key of ['env', 'stdout', 'stderr', 'stdin'] as const) {
    const got = Object.getOwnPropertyDescriptor(process, key);
    if (got && 'value' in got) names.set(got.value as object, `global#process.${key}`);
  }
  for (const key of Object.keys(process)) {
    const value = Object.getOwnPropertyDescriptor(process, key)?.value as unknown;
    if (typeof value === 'function' && !names.has(value)) names.set(value, `global#process.${key}`);
  }
}

/** Builtin modules that this process has loaded, and no others: an unloaded one can't have been captured. */
function learnBuiltins(): void {
  const loaded = (process as unknown as { moduleLoadList?: readonly string[] }).moduleLoadList ?? [];
  for (; builtinsSeen < loaded.length; builtinsSeen++) {
    const entry = loaded[builtinsSeen];
    const name = entry.startsWith('NativeModule ') ? entry.slice('NativeModule '.length) : '';
    if (
      !nodeModule().builtinModules.includes(name) ||
      name.startsWith('_') ||
      name === 'process' ||
      name === 'console'
    )
      continue;
    if (DEPRECATED.has(name)) continue;
    const module = builtin(`node:${name}`) as object | undefined;
    if (!module) continue;
    if (!names.has(module)) names.set(module, `node:${name}`);
    learnMembers(module, `node:${name}#`, 2);
  }
}

const DEPRECATED = new Set(['punycode', 'sys', 'domain']);

function learn(value: unknown, name: string, depth: number): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  if (!names.has(value)) names.set(value, name);
  if (depth > 0) learnMembers(value, `${name}.`, depth - 1);
}

function learnMembers(owner: object, prefix: string, depth: number): void {
  for (const key of Object.getOwnPropertyNames(owner)) {
    if (key === 'constructor' || key.includes('.')) continue;
    const value = Object.getOwnPropertyDescriptor(owner, key)?.value as unknown;
    const isContainer = key === 'prototype' || key === 'promises' || key === 'constants' || depth > 1;
    if (typeof value === 'function' || (isContainer && typeof value === 'object')) {
      learn(value, prefix + key, depth);
    }
  }
}

function nameOfLazyGlobal(value: object): string | undefined {
  const name = typeof value === 'function' ? value.name : undefined;
  if (!name || !(name in globalThis)) return undefined;
  return (globalThis as unknown as Record<string, unknown>)[name] === value ? `global#${name}` : undefined;
}

/** @throws {NotShippableError} Always. */
export function refuse(path: string, reason: string): never {
  throw new NotShippableError(`${path} can't be sent to another process: ${reason}`);
}
