// The process that has started this one.

import type { AgentId } from '../memory/agent.js';
import { Session } from '../memory/session.js';

/** What a child knows of its parent. */
export interface ParentProcess {
  readonly name: string;
  readonly pid: number;
  /** Asks the kernel. */
  isAlive(): boolean;
}

let parent: ParentProcess | null = null;

/** The parent of this process; null in the main process. The counterpart of `multiprocessing.parent_process`. */
export function parentProcess(): ParentProcess | null {
  return parent;
}

export function setParentProcess(name: string, agent: AgentId): void {
  const { table } = Session.current();
  const pid = table.pidOf(agent);
  parent = { name, pid, isAlive: () => table.isAlive(agent) };
}
