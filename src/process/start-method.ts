// The ways of starting a process by their names, and which one is meant where nobody says.
//
//   context option of a Process ─► default of this process (setStartMethod, or its parent's) ─► 'spawn'
//
// What a method needs is registered by the entry that loads it (index.ts): a child loads only what it uses.

import { StateError } from '../base/errors.js';
import { Child, type ChildOptions } from './child.js';
import type { Launcher } from './launcher.js';
import { spawnLauncher } from './spawn-launcher.js';

/** How processes are started; the counterpart of Python's names of start methods. */
export type StartMethod = 'spawn' | 'prefork' | 'thread';

/** What says how a process is started: a context (`getContext`), or the name of a start method. */
export type ContextOption = StartMethod | { getStartMethod(): StartMethod };

/** A way of starting: it gives a process that boots, or has booted, and waits for what it is to run. */
export interface Starter {
  /** @throws {SystemCallError} If the operating system refuses. */
  newChild(options: ChildOptions): Child;
}

const KNOWN: readonly StartMethod[] = ['spawn', 'prefork', 'thread'];

const starters = new Map<StartMethod, Starter>([['spawn', startsBy(spawnLauncher)]]);

/** What starts a process of its own for each start. */
export function startsBy(launcher: Launcher): Starter {
  return { newChild: (options) => Child.boot(launcher, options) };
}

/** Called once for each method, by the entry that loads it. */
export function registerStartMethod(method: StartMethod, starter: Starter): void {
  starters.set(method, starter);
}

let chosen: StartMethod | undefined;

/** The start method of processes for which none is given: 'spawn', unless `setStartMethod` was called here or in a parent. */
export function getStartMethod(): StartMethod {
  return chosen ?? 'spawn';
}

/**
 * Says how this process, and processes that it starts, start processes where no `context` is given. Once in a program,
 * before it starts any; a library takes `getContext(method)` instead. The counterpart of `multiprocessing.set_start_method`.
 * @param options `force`: also where it has been set already.
 * @throws {StateError} If it has been set already, here or in a parent. {RangeError} If there is no such method.
 */
export function setStartMethod(method: StartMethod, options: { force?: boolean } = {}): void {
  checkStartMethod(method);
  const { force = false } = options;
  if (typeof force !== 'boolean')
    throw new TypeError(`setStartMethod: force must be true or false, got ${String(force)}`);
  if (chosen !== undefined && !force)
    throw new StateError(
      `setStartMethod('${method}'): the start method is '${chosen}' and is set once: use getContext('${method}'), or { force: true }`,
    );
  chosen = method;
}

/** Those there are, the default first; the counterpart of `multiprocessing.get_all_start_methods`. */
export function getAllStartMethods(): StartMethod[] {
  return KNOWN.filter((method) => starters.has(method));
}

/** What a child is told: undefined if nobody has chosen. */
export function chosenStartMethod(): StartMethod | undefined {
  return chosen;
}

/** In a child: as its parent has chosen. */
export function adoptStartMethod(method: StartMethod): void {
  chosen = method;
}

/** @throws {TypeError | RangeError} If it is no name of a start method. */
export function checkStartMethod(method: unknown): asserts method is StartMethod {
  if (typeof method !== 'string')
    throw new TypeError(
      `a start method is one of ${list()}, got ${method === null ? 'null' : typeof method}`,
    );
  if (!starters.has(method as StartMethod))
    throw new RangeError(`there is no start method '${method}': it is one of ${list()}`);
}

/**
 * The method a `context` option stands for; undefined if none is given.
 * @throws {TypeError | RangeError} If it is neither a context nor the name of a start method.
 */
export function methodOfContext(context: unknown): StartMethod | undefined {
  if (context === undefined) return undefined;
  if (typeof context === 'string') {
    checkStartMethod(context);
    return context;
  }
  const { getStartMethod: method } = (context ?? {}) as { getStartMethod?: unknown };
  if (typeof method !== 'function')
    throw new TypeError(`context must be a context (getContext()) or one of ${list()}`);
  const name: unknown = method.call(context);
  checkStartMethod(name);
  return name;
}

/** Starts a process by a method and hands over what it is to run. */
export function startChild(
  method: StartMethod,
  name: string,
  options: ChildOptions,
  content: () => unknown,
): Child {
  const starter = starters.get(method);
  if (!starter)
    throw new StateError(`the start method '${method}' is not loaded in this process: import manyhands`);
  for (;;) {
    const child = starter.newChild(options);
    if (child.handOver(name, options.background, content)) return child;
    // One that had booted before has died meanwhile, and nothing of the content has run: the next one.
  }
}

function list(): string {
  return getAllStartMethods()
    .map((method) => `'${method}'`)
    .join(', ');
}
