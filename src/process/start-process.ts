// The start of a process: what is checked, what travels to it, and what is noted of it.

import { StateError } from '../base/errors.js';
import { noteStart } from '../serialization/codec.js';
import type { Child } from './child.js';
import { type ChildContent, checkNotImporting } from './child-content.js';
import { watchChildren } from './death-watch.js';
import { installExitRules } from './exit-rules.js';
import { LineRelay } from './line-relay.js';
import { getLogger, loggerState } from './logger.js';
import { noteEnded, noteStarted, ownName, type StartedProcess } from './process-registry.js';
import { authKeyOf, checkNotClosed, type ProcessState, stateOf } from './process-state.js';
import { chosenStartMethod, getStartMethod, startChild } from './start-method.js';

/** Classes whose instances are nothing but their state: there is nothing of them to send. */
const plainClasses = new WeakSet<object>();

/** Says that a class is Process in all but how it starts. */
export function addPlainClass(bound: object): void {
  plainClasses.add(bound);
}

/** Starts a process, as `Process.start()`; what is wrong at the call is thrown there. */
export function startNow(process: StartedProcess): Promise<void> {
  const begun = launch(process, stateOf(process)).begun();
  begun.catch(() => {}); // heard by who awaits start(); the child has said it on stderr as well
  return begun;
}

function launch(process: StartedProcess, state: ProcessState): Child {
  checkNotClosed(state);
  if (state.phase === 'self') throw new StateError('a process can not start itself');
  if (state.phase !== 'initial')
    throw new StateError(`process ${state.name} has been started: make a new Process to run it again`);
  checkNotImporting();
  noteStart();
  installExitRules();
  watchChildren();
  const { options } = state;
  const child = startChild(
    state.method ?? getStartMethod(),
    state.name,
    {
      env: options.env,
      cwd: options.cwd,
      execArgv: options.execArgv,
      stdio: options.stdio === 'prefix' ? ['ignore', 'pipe', 'pipe'] : options.stdio,
      detached: options.detached ?? false,
      background: state.daemon || (options.detached ?? false),
      maxOldSpaceMb: options.resourceLimits?.maxOldGenerationSizeMb,
    },
    () => contentOf(process, state),
  );
  if (options.stdio === 'prefix') child.relayOutput(new LineRelay(state.name, child.launched));
  state.child = child;
  state.phase = 'started';
  state.pid = child.launched.pid;
  if (!options.detached) noteStarted(process);
  child.launched.onEnd((end) => {
    noteEnd(process);
    getLogger().info(
      'process %s (pid %d) has ended: %s',
      state.name,
      state.pid,
      end.signal ?? `exit code ${end.code}`,
    );
  });
  getLogger().info('process %s has been started: pid %d', state.name, state.pid);
  return child;
}

/** What travels to the child. */
function contentOf(process: StartedProcess, state: ProcessState): ChildContent {
  const { name, daemon, lineage } = state;
  const { target, args } = state.options;
  const logger = loggerState();
  const plain = plainClasses.has(process.constructor) && Object.keys(process).length === 0;
  const startMethod = chosenStartMethod();
  return {
    name,
    daemon,
    lineage,
    parentName: ownName(),
    authkey: Uint8Array.from(authKeyOf(state)),
    ...(logger ? { logger } : {}),
    ...(state.options.stdio === 'prefix' ? { printsToParent: true } : {}),
    ...(startMethod ? { startMethod } : {}),
    ...(plain ? {} : { instance: process }),
    ...(target ? { target } : {}),
    ...(args?.length ? { args } : {}),
  };
}

export function noteEnd(process: StartedProcess): void {
  const state = stateOf(process);
  if (state.phase === 'started') state.phase = 'ended';
  noteEnded(process);
}
