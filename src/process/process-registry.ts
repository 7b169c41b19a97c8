// The processes this one has started and that have not ended, and what this process itself is called.

import type { Process } from './process.js';

/** Where a process is in the tree: [] for the main one, [2] for its second child, [2, 1] for that one's first. */
export type Lineage = readonly number[];

const active = new Set<Process>();
let lineage: Lineage = [];
let started = 0;

export function setLineage(own: Lineage): void {
  lineage = own;
}

/** The place of the next child of this process. */
export function nextLineage(): Lineage {
  started++;
  return [...lineage, started];
}

export function noteStarted(process: Process): void {
  active.add(process);
}

export function noteEnded(process: Process): void {
  active.delete(process);
}

export function startedProcesses(): Process[] {
  return [...active];
}
