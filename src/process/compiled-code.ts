// The library's code as V8 has compiled it, left in the session's directory for its children: they need not compile it.
//
//   parent        first start of a child, once that is spawned:  <bundle>.code   (it is written while the child boots)
//   first child   at its end:                                    <bundle>.used   with the functions that a child runs
//   child         package-loader.ts: <bundle>.used or .code?     V8 takes it, unless it is of another version or other flags
//
// A bundle's name holds the hash of its text, and the directory is this user's alone: V8 checks neither.

import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from '../memory/session.js';

/** How a file of compiled code ends. */
export type CodeEnding = 'used' | 'code';

/** A bundle of the library that this process has loaded. */
export interface LoadedBundle {
  readonly name: string;
  /** Which code V8 has taken; undefined: it has compiled the text. */
  readonly given: CodeEnding | undefined;
  compiled(): Uint8Array;
}

let bundles: readonly LoadedBundle[] = [];
let shared = false;

/** Called by the package's loader with what it has loaded. Without it (the sources, run by tsx) nothing is shared. */
export function offerCompiledCode(loaded: readonly LoadedBundle[]): void {
  bundles = loaded;
}

/** In a parent: lays the code down, unless it is there. A failure costs time only. */
export function shareCompiledCode(): void {
  if (shared) return;
  shared = true;
  for (const bundle of bundles) if (!bundle.given) layDown(bundle, 'code');
}

/** In a child that has done its work: lays down what it has compiled beyond what it was given. */
export function improveCompiledCode(): void {
  for (const bundle of bundles) if (bundle.given === 'code') layDown(bundle, 'used');
}

function layDown({ name, compiled }: LoadedBundle, ending: CodeEnding): void {
  const path = Session.current().path(`${name}.${ending}`);
  const draft = `${path}.draft`;
  try {
    if (existsSync(path)) return;
    // By one process, and under its name only when it is complete: V8 takes what it finds.
    writeFileSync(draft, compiled(), { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    // Another one is at it, there is no room, or the session is ending: children compile for themselves.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(draft, { force: true });
  }
}
