// The only FFI of the library: C functions of the running process, called through koffi.
//
// koffi's own JavaScript costs twice what loading its addon costs (7 ms against 3.5), and every child would pay it; so the
// addon's package is required directly where it is found, and `koffi` where it is not. A child is told the addon's path by
// its parent and loads it without looking (1 ms).

import { SystemCallError, UnsupportedPlatformError } from '../base/errors.js';
import { nodeModule, nodeOs } from '../base/late-builtins.js';

type Native = Pick<typeof import('koffi'), 'load' | 'view' | 'errno'>;

/** How a child is told where the addon is, so that it need not look: taken out of the environment at once. */
export const ADDON_VARIABLE = 'MANYHANDS_ADDON';

let knownAddon: string | undefined;
const koffi = loadKoffi();
const c = koffi.load(null);

/** Declares a C function by its prototype; it is looked up at its first call. Pointers are numbers (`intptr_t`). */
export function declare<Args extends unknown[], Result>(prototype: string): (...args: Args) => Result {
  let bound: ((...args: Args) => Result) | undefined;
  return (...args) => {
    if (gate) return throughGate(gate, () => (bound ??= bind(prototype))(...args));
    bound ??= bind(prototype);
    return bound(...args);
  };
}

function bind<Args extends unknown[], Result>(prototype: string): (...args: Args) => Result {
  return c.func(prototype) as unknown as (...args: Args) => Result;
}

/** What a thread passes before and after each call, so that it is never ended inside one: koffi would end the process. */
export interface CallGate {
  enter(): void;
  leave(): void;
}

let gate: CallGate | undefined;

export function gateCalls(by: CallGate): void {
  gate = by;
}

function throughGate<Result>({ enter, leave }: CallGate, call: () => Result): Result {
  enter();
  try {
    return call();
  } finally {
    leave();
  }
}

/** The memory at an address, as an ArrayBuffer over it: nothing is copied, nothing is freed with it. */
export function viewMemory(pointer: number, sizeBytes: number): ArrayBuffer {
  if (gate) return throughGate(gate, () => koffi.view(pointer as never, sizeBytes));
  return koffi.view(pointer as never, sizeBytes);
}

/** The number of the error of the last call that failed. */
export function errno(): number {
  return gate ? throughGate(gate, () => koffi.errno()) : koffi.errno();
}

/** @throws {SystemCallError} Always; `number` is an errno. */
export function throwErrno(syscall: string, number: number, what: string): never {
  const code =
    Object.entries(nodeOs().constants.errno).find(([, value]) => value === number)?.[0] ?? `ERRNO_${number}`;
  const hint =
    code === 'ENOSPC' ? ' (the shared memory file system is full: free some of it, or make it larger)' : '';
  throw new SystemCallError(`${what}: ${syscall} failed with ${code}${hint}`, code, number, syscall);
}

/** Where the addon was loaded from; undefined if that can't be told. */
export function addonPath(): string | undefined {
  return (
    knownAddon ??
    Object.keys(nodeModule().createRequire(import.meta.url).cache).find((path) => path.endsWith('koffi.node'))
  );
}

function loadKoffi(): Native {
  const known = process.env[ADDON_VARIABLE];
  delete process.env[ADDON_VARIABLE];
  if (known !== undefined) {
    try {
      const module = { exports: {} };
      process.dlopen(module, known);
      knownAddon = known;
      return module.exports as Native;
    } catch {
      // It has gone since the parent loaded it: look for it.
    }
  }
  const { createRequire } = nodeModule();
  const require = createRequire(import.meta.url);
  try {
    return createRequire(require.resolve('koffi'))(`@koromix/koffi-${hostTriple()}`) as Native;
  } catch {
    // Another layout of the package, or another platform: the long way round.
  }
  try {
    return require('koffi') as Native;
  } catch (cause) {
    throw new UnsupportedPlatformError(
      `koffi, which calls the operating system for manyhands, can't be loaded on ${hostTriple()}: ` +
        `${String((cause as Error)?.message ?? cause)}`,
      { cause },
    );
  }
}

function hostTriple(): string {
  return `${nodeOs().platform()}-${process.arch}`;
}
