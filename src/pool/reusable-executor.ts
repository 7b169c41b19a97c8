// The one executor of this process that everybody may use.

import { getStartMethod, methodOfContext, type StartMethod } from '../process/start-method.js';
import { ProcessPoolExecutor } from './executor.js';
import { checkExecutorOptions, type ExecutorOptions } from './executor-options.js';

let current: { executor: ProcessPoolExecutor; options: ExecutorOptions } | undefined;

/**
 * An executor of this process that is made once and used again, so that its workers are started once; the counterpart of loky's
 * `get_reusable_executor`. Nobody has to shut it down: idle, it does not keep the program alive.
 *
 * With an option that is left out, whatever the present executor was made with will do. If another value is asked for than that has,
 * or it was shut down or can't start workers, there is a new one from now on, made with these options only; the old one ends by
 * itself when it has run what it has.
 * @throws {TypeError | RangeError} If an option is wrong. {StateError | NotShippableError} As the constructor throws.
 */
export function getReusableExecutor(options: ExecutorOptions = {}): ProcessPoolExecutor {
  checkExecutorOptions('getReusableExecutor', options);
  if (current?.executor.isOpen && suits(current.options, options)) return current.executor;
  const executor = new ProcessPoolExecutor(options);
  void current?.executor.shutdown({ wait: false });
  current = { executor, options: { ...options } };
  return executor;
}

function suits(has: ExecutorOptions, wanted: ExecutorOptions): boolean {
  return (Object.keys(wanted) as (keyof ExecutorOptions)[]).every((name) => {
    if (wanted[name] === undefined) return true;
    if (name === 'context') return methodOf(has) === methodOf(wanted);
    return name === 'initargs' ? sameItems(has[name], wanted[name]) : Object.is(has[name], wanted[name]);
  });
}

function methodOf({ context }: ExecutorOptions): StartMethod {
  return methodOfContext(context) ?? getStartMethod();
}

function sameItems(has: unknown[] = [], wanted: unknown[] = []): boolean {
  return has.length === wanted.length && has.every((item, index) => Object.is(item, wanted[index]));
}
