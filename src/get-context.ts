// Contexts: the whole public surface bound to one start method. An entry like index.ts: it stands above the layers, because it
// holds all of them.

import { type Handle, registerShippable, SHIP, type Shippable } from './base/shippable.js';
import * as everything from './exports.js';
import { ProcessPoolExecutor } from './pool/executor.js';
import type { ExecutorOptions } from './pool/executor-options.js';
import { ThreadPoolExecutor } from './pool/thread-executor.js';
import type { SpareProcess } from './process/prefork-stock.js';
import { preforkStock } from './process/prefork-stock.js';
import { setPreloadedModules } from './process/preload.js';
import { checkStartMethod } from './process/start-method.js';
import { addPlainClass } from './process/start-process.js';
import { registerOwnExports } from './serialization/own-exports.js';

type Everything = typeof everything;
type StartMethod = everything.StartMethod;

/**
 * Every class and function of the library, where those that start processes start them by one method. It can be given as the
 * `context` of what it did not make, and travels like anything else. The counterpart of Python's context objects.
 */
export interface Context extends Everything {
  readonly ProcessPoolExecutor: typeof ProcessPoolExecutor;
  readonly ThreadPoolExecutor: typeof ThreadPoolExecutor;
  /** That of this context. */
  getStartMethod(): StartMethod;
  /** A context knows one method. @throws {StateError} Always. */
  setStartMethod(method: StartMethod, options?: { force?: boolean }): never;
  /** This context, or the one of another method. */
  getContext(method?: StartMethod): Context;
  /**
   * Says which modules the processes of the stock import before they wait, in this order; replaces those said before. Imported as if
   * by the entry script: paths are relative to it. A module that can't be imported is told as a warning (code
   * MANYHANDS_PREFORK), and the process is used without it. Nothing runs in a process while it waits, no timer either. Processes of the other start
   * methods preload nothing.
   * The counterpart of `set_forkserver_preload`.
   * @throws {TypeError} If it is no array of module names, paths and URLs.
   */
  setPreload(modules: readonly (string | URL)[]): void;
  /** The processes of this process's stock that nobody has been given yet; none in other contexts than 'prefork'. */
  spares(): SpareProcess[];
}

const contexts = new Map<StartMethod, Context>();

/**
 * The context of a start method; of the default one unless said. Always the same object for a method.
 * @throws {TypeError | RangeError} If there is no such method.
 */
export function getContext(method: StartMethod = everything.getStartMethod()): Context {
  checkStartMethod(method);
  return contexts.get(method)!;
}

/** Makes the contexts of all methods there are, and has them travel by name; called once, by index.ts. */
export function makeContexts(): void {
  for (const method of everything.getAllStartMethods()) {
    const context = Object.freeze(Object.assign(new Bound(method), everything, boundTo(method)));
    contexts.set(method, context);
    registerOwnExports(context, `${method} context`);
  }
}

/** A context travels as the name of its method. */
class Bound implements Shippable {
  readonly #method: StartMethod;

  constructor(method: StartMethod) {
    this.#method = method;
  }

  [SHIP](): Handle {
    return { kind: 'Context', data: this.#method };
  }
}
registerShippable('Context', (data) => getContext(data as StartMethod));

function boundTo(method: StartMethod) {
  class Process<Args extends unknown[] = unknown[], Result = unknown> extends everything.Process<
    Args,
    Result
  > {
    constructor(options?: everything.ProcessOptions<Args, Result>) {
      super(within(method, options));
    }
  }
  class Pool extends everything.Pool {
    constructor(processes?: number, options?: everything.PoolOptions) {
      super(processes, within(method, options));
    }
  }
  class Executor extends ProcessPoolExecutor {
    constructor(options?: ExecutorOptions) {
      super(within(method, options));
    }
  }
  class ProcessGroup extends everything.ProcessGroup {
    constructor(options?: everything.ProcessGroupOptions) {
      super(within(method, options));
    }
  }
  class Supervisor extends everything.Supervisor {
    constructor(options: everything.SupervisorOptions) {
      super(withChildrenIn(method, options));
    }
  }
  addPlainClass(Process);
  const context = {
    // Named here: a bundler may have renamed the classes.
    Process: named('Process', Process),
    Pool: named('Pool', Pool),
    ProcessPoolExecutor: named('ProcessPoolExecutor', Executor),
    ThreadPoolExecutor,
    ProcessGroup: named('ProcessGroup', ProcessGroup),
    Supervisor: named('Supervisor', Supervisor),
    Manager: (options?: everything.ManagerOptions) => everything.Manager(within(method, options)),
    getStartMethod: () => method,
    setStartMethod: (): never => {
      throw new everything.StateError(
        `a context has one start method, this one '${method}': use setStartMethod() of the library, or getContext()`,
      );
    },
    getContext: (other: StartMethod = method) => getContext(other),
    setPreload: (modules: readonly (string | URL)[]) => {
      setPreloadedModules(modules);
      preforkStock.renew();
    },
    spares: () => (method === 'prefork' ? preforkStock.spares : []),
  };
  return context;
}

/** The options with this method, unless they say another. Wrong ones stay as they are: who takes them refuses them. */
function within<Options extends { context?: everything.ContextOption | undefined }>(
  method: StartMethod,
  options: Options | undefined,
): Options {
  if (options !== undefined && (typeof options !== 'object' || options === null)) return options;
  return { ...options, context: options?.context ?? method } as Options;
}

function withChildrenIn(
  method: StartMethod,
  options: everything.SupervisorOptions,
): everything.SupervisorOptions {
  if (!Array.isArray(options?.children)) return options;
  const children = options.children.map((spec: everything.ChildSpec) =>
    typeof spec === 'object' && spec !== null && !('supervisor' in spec) ? within(method, spec) : spec,
  );
  return { ...options, children };
}

function named<Class extends object>(name: string, bound: Class): Class {
  return Object.defineProperty(bound, 'name', { value: name, configurable: true });
}
