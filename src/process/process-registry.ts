// The processes this one has started and that have not ended, and what this process itself is called.

import type { Wait } from '../base/deadline.js';

/** Where a process is in the tree: [] for the main one, [2] for its second child, [2, 1] for that one's first. */
export type Lineage = readonly number[];

/** A process that this one has started, as far as the rules of ending need to know it. */
export interface StartedProcess {
  readonly name: string;
  readonly pid: number | undefined;
  readonly daemon: boolean;
  isAlive(): boolean;
  joinSync(wait?: Wait): void;
  terminate(): void;
  kill(): void;
}

const active = new Set<StartedProcess>();
let lineage: Lineage = [];
let started = 0;
let name = 'MainProcess';

/** The name of this process. */
export function ownName(): string {
  return name;
}

export function setOwnName(own: string): void {
  name = own;
}

export function setLineage(own: Lineage): void {
  lineage = own;
}

/** The place of the next child of this process. */
export function nextLineage(): Lineage {
  started++;
  return [...lineage, started];
}

export function noteStarted(process: StartedProcess): void {
  active.add(process);
}

export function noteEnded(process: StartedProcess): void {
  active.delete(process);
}

export function startedProcesses(): StartedProcess[] {
  return [...active];
}
