// What a Process can be given.

import type { Target } from './child-content.js';
import type { Stdio } from './launcher.js';
import { type ContextOption, methodOfContext } from './start-method.js';

export interface ProcessOptions<Args extends unknown[] = unknown[], Result = unknown> {
  /** What `run()` calls. */
  target?: Target<Args, Result> | undefined;
  /** Arguments of `target`. They are serialized when the process is started. */
  args?: Args | undefined;
  /** Unless said: the class's name and a number, `Process-1`. */
  name?: string | undefined;
  /** A daemon is ended with its parent; the parent waits for the others. False unless said. */
  daemon?: boolean | undefined;
  /** It outlives its parent. False unless said. */
  detached?: boolean | undefined;
  /** Environment variables; the parent's own unless said. */
  env?: Record<string, string | undefined> | undefined;
  cwd?: string | undefined;
  /** Flags for node; the parent's own unless said. */
  execArgv?: readonly string[] | undefined;
  /**
   * Unless said: no input, the parent's output and errors; a line of up to 4096 bytes stays whole then. `'prefix'`: no input, and
   * what it prints comes out at the parent's in whole lines of any length with its name in front.
   */
  stdio?: Stdio | 'prefix' | undefined;
  /** Limits of the child's heap, as of worker_threads; `maxOldGenerationSizeMb` is the one that counts. */
  resourceLimits?: { maxOldGenerationSizeMb?: number } | undefined;
  /** How it is started: a context or the name of a start method. `getStartMethod()` at the start, unless said. */
  context?: ContextOption | undefined;
}

/** @throws {TypeError} If one has the wrong type. {RangeError} If there is no such start method. */
export function checkOptions(options: ProcessOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('Process takes an options object: { target, args }');
  const { target, args, name, daemon, detached, env, cwd, execArgv, stdio, resourceLimits } = options;
  if (target !== undefined && typeof target !== 'function')
    throw new TypeError(`target must be a function, got ${typeof target}`);
  if (args !== undefined && !Array.isArray(args)) throw new TypeError('args must be an array');
  if (name !== undefined && typeof name !== 'string')
    throw new TypeError(`name must be a string, got ${typeof name}`);
  if (daemon !== undefined && typeof daemon !== 'boolean')
    throw new TypeError(`daemon must be a boolean, got ${typeof daemon}`);
  if (detached !== undefined && typeof detached !== 'boolean')
    throw new TypeError(`detached must be a boolean, got ${typeof detached}`);
  if (cwd !== undefined && typeof cwd !== 'string')
    throw new TypeError(`cwd must be a string, got ${typeof cwd}`);
  if (execArgv !== undefined && !Array.isArray(execArgv)) throw new TypeError('execArgv must be an array');
  if (env !== undefined && (typeof env !== 'object' || env === null))
    throw new TypeError('env must be an object of environment variables');
  if (stdio !== undefined && typeof stdio !== 'string' && !Array.isArray(stdio))
    throw new TypeError("stdio must be 'inherit', 'ignore', 'pipe', 'prefix' or an array");
  checkLimits(resourceLimits);
  methodOfContext(options.context);
}

function checkLimits(limits: ProcessOptions['resourceLimits']): void {
  if (limits === undefined) return;
  if (typeof limits !== 'object' || limits === null) throw new TypeError('resourceLimits must be an object');
  const { maxOldGenerationSizeMb: limit } = limits;
  if (limit === undefined) return;
  if (typeof limit !== 'number' || Number.isNaN(limit))
    throw new TypeError(`maxOldGenerationSizeMb must be a number, got ${String(limit)}`);
  if (limit <= 0) throw new RangeError(`maxOldGenerationSizeMb must be more than 0, got ${limit}`);
}
