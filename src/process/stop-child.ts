// Ending a process in steps, the mildest first: ask, SIGTERM, SIGKILL.

import { Deadline } from '../base/deadline.js';
import type { Child } from './child.js';

/** The step that ended a process. */
export type StopStep = 'asked' | 'terminated' | 'killed';

const GRACE_MS = 5000;

/** @throws {RangeError} If `grace` is no number of milliseconds from 0 up. */
export async function stopChild(child: Child, graceMs = GRACE_MS): Promise<StopStep> {
  if (!(graceMs >= 0))
    throw new RangeError(`grace must be a number of milliseconds from 0 up, got ${graceMs}`);
  const endsWithin = async (deadline: Deadline) => {
    await child.join(deadline);
    return child.end;
  };
  child.askToStop();
  if (await endsWithin(Deadline.from(graceMs))) return 'asked';
  child.signal('SIGTERM');
  if (await endsWithin(Deadline.from(graceMs))) return 'terminated';
  child.signal('SIGKILL');
  const end = await endsWithin(Deadline.never);
  return end?.signal === 'SIGKILL' ? 'killed' : 'terminated'; // it may have been on its way out already
}
