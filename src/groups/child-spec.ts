// What a supervisor is told about a child.

import type { Target } from '../process/child-content.js';
import { checkOptions, type ProcessOptions } from '../process/process-options.js';
import { checkMs } from './check-ms.js';
import type { RestartPolicy } from './restart-plan.js';
import type { Supervisable } from './supervisable.js';

interface AnySpec {
  /** Names the child; unique within its supervisor. */
  readonly id: string;
  /** 'permanent' (unless said): started again always; 'transient': after a failure only; 'temporary': never. */
  readonly restart?: RestartPolicy | undefined;
}

/** A child that is a process. Its args are serialized at each start. */
export interface ProcessSpec
  extends AnySpec,
    Pick<ProcessOptions, 'env' | 'cwd' | 'execArgv' | 'stdio' | 'resourceLimits' | 'context'> {
  readonly target: Target;
  readonly args?: readonly unknown[] | undefined;
  /** Milliseconds between the steps of its stop: asked, SIGTERM, SIGKILL. 5000 unless said. */
  readonly shutdown?: number | undefined;
}

/** A child that is a supervisor itself. It fails when it gives up, and is stopped with the times of its own children. */
export interface SupervisorSpec extends AnySpec {
  readonly supervisor: Supervisable;
}

export type ChildSpec = ProcessSpec | SupervisorSpec;

/** @throws {TypeError | RangeError} If one is wrong, or two have the same id. */
export function checkSpecs(specs: readonly ChildSpec[]): void {
  if (!Array.isArray(specs)) throw new TypeError('children must be an array of { id, target, args }');
  const ids = new Set<string>();
  for (const spec of specs) {
    checkSpec(spec);
    if (ids.has(spec.id)) throw new TypeError(`two children have the id ${JSON.stringify(spec.id)}`);
    ids.add(spec.id);
  }
}

const restarts: readonly unknown[] = ['permanent', 'transient', 'temporary', undefined];

function checkSpec(spec: ChildSpec): void {
  if (typeof spec !== 'object' || spec === null || typeof spec.id !== 'string' || spec.id === '')
    throw new TypeError('a child must be { id, target, args }, its id a string that is not empty');
  const what = `child ${JSON.stringify(spec.id)}`;
  if (!restarts.includes(spec.restart))
    throw new TypeError(
      `${what}: restart must be 'permanent', 'transient' or 'temporary', got ${String(spec.restart)}`,
    );
  if ('supervisor' in spec) {
    if (typeof spec.supervisor?.snapshot !== 'function')
      throw new TypeError(`${what}: supervisor must be a Supervisor`);
    return;
  }
  if (typeof spec.target !== 'function')
    throw new TypeError(`${what}: target must be a function, got ${typeof spec.target}`);
  checkOptions(spec as ProcessOptions);
  if (spec.shutdown !== undefined) checkMs(`${what}: shutdown`, spec.shutdown);
}
